import { serverFoldersVariable, serverFolderVariable } from './suite';

// Before each file of tests: the API server of the worker that runs it. Workers are counted from 1.
const folders = JSON.parse(process.env[serverFoldersVariable] ?? '[]') as string[];
process.env[serverFolderVariable] = folders[Number(process.env.JEST_WORKER_ID) - 1];
