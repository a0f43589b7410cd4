import { runScript } from './lua-runtime';

const MODEL = { prompt: 1, completion: 1, cached: 1 };

test.each(['inflight', 'none'] as const)("the response's half recalls every request, overshoot: %s", (overshoot) => {
  const result = runScript(
    `
    local store = {}
    local metadata = {
      set = function(_, name, key, value)
        store[name] = store[name] or {}
        store[name][key] = value
      end,
      get = function(_, name) return store[name] end,
    }
    handle.streamInfo = function() return { dynamicMetadata = function() return metadata end } end
    local different, number = 0, 0
    for _, tier in pairs(TIERS) do
      for _, path in pairs(METERED_PATHS) do
        for _, model in ipairs(MODEL_LIST) do
          for _, prompt in ipairs({ 0, 1, LONGEST_GUESS }) do
            number = number + 1
            store = {}
            local request = { user = 'user ' .. number, tier = tier, path = path, model = model, prompt = prompt }
            if configuration.overshoot == 'none' then
              request.reserved, request.second = number, 1764028800 + number
            end
            remember_request(handle, request)
            local recalled = recall_request(handle)
            for _, key in ipairs({ 'user', 'tier', 'path', 'model', 'prompt', 'reserved', 'second' }) do
              different = different + (recalled[key] == request[key] and 0 or 1)
            end
          end
        end
      end
    end
    store = {}
    return { number = number, different = different, none = recall_request(handle) == nil }`,
    {
      tiers: {
        a: { enforce: true, windows: {} },
        b: { enforce: true, windows: {} },
        c: { enforce: false, windows: {} },
      },
      models: { 'one.maas.local': { name: 'same', ...MODEL }, 'two.maas.local': { name: 'same', ...MODEL, prompt: 2 } },
      overshoot,
    },
  );
  expect(result).toEqual({ number: 3 * 5 * 3 * 3, different: 0, none: true });
});

test.each([
  ['one.maas.local', '/v1/chat/completions', 'by host'],
  ['ONE.maas.local:8080', '/large/v1/chat/completions', 'by host'],
  ['api.maas.local', '/large/v1/chat/completions', 'by path'],
  ['API.maas.local:443', '/large/v1/chat/completions?x=/other/', 'by path'],
  ['api.maas.local', '/large?/', 'by path'],
  ['api.maas.local', '/Large/v1/chat/completions', 'other'],
  ['api.maas.local', '/larger/v1/chat/completions', 'other'],
  ['api.maas.local', '/v1/large/v1/chat/completions', 'other'],
  ['api.maas.local', '//large/v1/chat/completions', 'other'],
  ['api.maas.local', '', 'other'],
  ['two.maas.local', '/large/v1/chat/completions', 'other'],
])('the model at %s%s is that %s', (host, path, name) => {
  const models = {
    'one.maas.local': { name: 'by host', ...MODEL },
    'api.maas.local/large': { name: 'by path', ...MODEL },
  };
  expect(runScript(`return model_of('${host}', '${path}').name`, { tiers: {}, models })).toBe(name);
});
