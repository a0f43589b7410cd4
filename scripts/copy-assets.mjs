// Copies what tsc leaves behind: the Lua modules, which lua-script.ts reads beside itself.
import { cpSync, mkdirSync } from 'node:fs';

mkdirSync('lib/src/limits/lua', { recursive: true });
cpSync('src/limits/lua', 'lib/src/limits/lua', { recursive: true });
