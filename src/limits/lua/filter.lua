-- The filter: what Envoy calls for every request and every response of the gateway.

-- Waiting for a body holds the headers back until it is complete, which gives exact headers; beyond the listener's
-- buffer (32 KiB in Istio's edge profile) Envoy would turn the model's answer into a 500, and a request into a 413.
local LARGEST_HELD_BODY = 30 * 1024

local LONGEST_USER = 256

-- What a request without max_tokens reserves for its answer, or what is left where that is less.
local DEFAULT_ANSWER = 512

-- Counter and ledger follow a stream in steps of so many tokens, and exactly at its end.
local RECORD_STEP = 16

local function refuse(handle, request, limit, used, needed)
  record_request(handle, request, limit.window.name)
  count_refusal(handle, request, limit.window.name)
  return refuse_over_limit(request.tier.name, limit, used, needed)
end

local function refuse_to_guess(handle)
  handle:logErr(UNCOUNTABLE)
  return refuse_uncountable()
end

-- Overshoot 'inflight': whoever has a token left may ask. Returns a refusal or nil.
local function check_limits(handle, request)
  local limit, used = tightest(handle, open_account(handle, request.user), request.tier, 0)
  if not limit then
    return refuse_to_guess(handle)
  elseif used >= limit.tokens then
    return refuse(handle, request, limit, used)
  end
  return nil
end

local ANSWER_FIELDS = { 'max_completion_tokens', 'max_tokens', 'max_output_tokens' }

-- The tokens that a request asks for as its answer, or nil where it does not say. Which of the keys counts depends on
-- the engine, so it is the highest; a number in quotes, which some engines take, is as many as there can be.
local function asked_answer(scanner)
  local answer = 0
  for _, name in ipairs(ANSWER_FIELDS) do
    local asked = scanner.texts[name] and MOST_TOKENS or tonumber(scanner.fields[name]) or 0
    answer = math.max(answer, math.min(asked, MOST_TOKENS))
  end
  if answer <= 0 then
    return nil
  end
  local choices = scanner.texts.n and MOST_TOKENS or token_count(scanner.fields.n) or 1
  return answer * math.max(1, choices)
end

-- Overshoot 'none': adds what the request may cost to the user's total, where every other request sees it, and looks
-- again: only to look before would let two workers pass at once. Returns a refusal or nil.
local function reserve(handle, request, prompt, answer)
  local tier, model = request.tier, request.model
  local account = open_account(handle, request.user)
  local limit, used = tightest(handle, account, tier, 0)
  if not limit then
    return refuse_to_guess(handle)
  end
  if not answer then
    local left = math.floor((limit.tokens - used - prompt * model.prompt) / model.completion)
    answer = math.max(1, math.min(DEFAULT_ANSWER, left))
  end
  local needed = math.ceil(prompt * model.prompt + answer * model.completion)
  if used + needed > limit.tokens then
    return refuse(handle, request, limit, used, needed)
  end
  add_tokens(account, needed)
  limit, used = tightest(handle, account, tier, 1)
  if limit and used > limit.tokens then
    add_tokens(account, -needed)
    return refuse(handle, request, limit, used - needed, needed)
  end
  request.reserved, request.second = needed, locate_windows()
  return nil
end

-- Reads a short request, to know what it asks for; the prompt is about a token for four bytes. Longer ones are not held
-- back, nor those whose client waits for a 100: their headers reserve what content-length tells, and the rest follows as
-- the body flows.
local function reserve_request(handle, request, length)
  if length and length <= LARGEST_HELD_BODY and not handle:headers():get('expect') then
    local body = handle:body()
    local scanner = new_request_scanner()
    scan(scanner, body and body:getBytes(0, body:length()) or '')
    return reserve(handle, request, math.ceil(length / 4), asked_answer(scanner))
  end
  request.flows = true
  return reserve(handle, request, math.ceil((length or 0) / 4), nil)
end

-- Raises the reservation of a long request once its body has passed. It is too late to refuse it: what is left is
-- reserved, so that at least no other passes.
local function follow_request(handle, request)
  local tier, model = request.tier, request.model
  local scanner, bytes = new_request_scanner(), 0
  for chunk in handle:bodyChunks() do
    bytes = bytes + chunk:length()
    scan(scanner, chunk:getBytes(0, chunk:length()))
  end
  local answer = asked_answer(scanner) or DEFAULT_ANSWER
  local needed = math.ceil(math.ceil(bytes / 4) * model.prompt + answer * model.completion)
  local account = open_account(handle, request.user)
  local limit, used = tightest(handle, account, tier, 0)
  local more = limit and math.min(needed - request.reserved, limit.tokens - used) or 0
  if more > 0 then
    add_tokens(account, more)
    request.reserved = request.reserved + more
    remember_request(handle, request)
  end
end

-- Lets a request pass (nil) or returns its refusal; and what is known of a request that costs tokens.
local function admit(handle)
  local headers = handle:headers()
  local user, tier_name = headers:get(USER_HEADER), headers:get(TIER_HEADER)
  if user then
    headers:remove(USER_HEADER) -- the model never learns who asks
  end
  if tier_name then
    headers:remove(TIER_HEADER)
  end
  if headers:get(':method') ~= 'POST' then
    return nil
  end
  local written_path = headers:get(':path') or ''
  local path = metered_path(written_path)
  if not path then
    return nil
  end
  if not user or user == '' or #user > LONGEST_USER then
    return refuse_identity('user_unknown', 'no user is known for this request: this path needs an API key or a token')
  end
  local tier = TIERS[tier_name or '']
  if not tier then
    return refuse_identity('tier_unknown', 'tier "' .. (tier_name or '') .. '" has no token limits on this gateway')
  end
  headers:remove('accept-encoding') -- compressed usage can't be read
  local length = tonumber(headers:get('content-length') or '')
  local model = model_of(headers:get(':authority'), written_path)
  local request = { user = user, tier = tier, path = METERED_PATHS[path], model = model }
  request.prompt = math.min(LONGEST_GUESS, math.ceil((length or 0) / 4))
  if tier.enforce and #tier.limits > 0 then
    local refused
    if configuration.overshoot == 'none' then
      refused = reserve_request(handle, request, length)
    else
      refused = check_limits(handle, request)
    end
    if refused then
      return refused
    end
  end
  remember_request(handle, request)
  record_request(handle, request)
  return nil, request
end

-- Whether an answer is compressed, although no client was let ask for it.
local function is_encoded(headers)
  local encoding = headers:get('content-encoding')
  return encoding ~= nil and encoding ~= 'identity'
end

-- Charges what a request cost in the end; a reservation is on its bill already.
local function settle_request(handle, request, account, cost)
  if not request.reserved then
    return charge(handle, account, request.tier, cost)
  end
  local bill = open_bill(request.tier, request.reserved, request.second)
  return settle_bill(handle, account, request.tier, bill, cost)
end

-- A short JSON answer: wait for all of it, then say exactly what it consumed and what remains.
local function settle_body(handle, request, account)
  local meter = new_meter(request.path)
  local body = handle:body()
  local text = body and body:getBytes(0, body:length()) or ''
  local headers = handle:headers() -- those from before body() are dead
  read_document(meter, text)
  if not (meter.total or meter.prompt or meter.completion) and is_encoded(headers) then
    meter.characters = #text
  end
  local cost = metered_cost(meter, request.model)
  local limit, used = settle_request(handle, request, account, cost)
  set_limit_headers(headers, limit, used, cost)
  count_tokens(handle, request, cost)
  record_usage(handle, meter, cost)
end

-- Streams and long answers: headers first, nothing is held back. Text is charged as it passes, and before it a guess of
-- the prompt, because nothing runs here any more when the client leaves; the end corrects both to the engine's figure.
local function settle_chunks(handle, request, account, format)
  local tier, model = request.tier, request.model
  local meter = new_meter(request.path)
  meter.guess = request.prompt
  local read, recorded = reader(meter, format), 0
  local second = locate_windows()
  local bill = open_bill(tier, request.reserved or 0, request.second or second)
  for chunk in handle:bodyChunks() do
    read(chunk:getBytes(0, chunk:length()))
    local cost = metered_cost(meter, model)
    if account and cost > bill.charged then
      if locate_windows() == second then
        add_tokens(account, cost - bill.charged)
        bill.charged = cost
      else
        settle_bill(handle, account, tier, bill, cost) -- a window may have turned
        second = locate_windows()
      end
    end
    if cost >= recorded + RECORD_STEP then
      count_tokens(handle, request, cost - recorded)
      record_usage(handle, meter, cost)
      recorded = cost
    end
  end
  finish_events(meter)
  meter.guess = 0
  local cost = metered_cost(meter, model)
  settle_bill(handle, account, tier, bill, cost)
  count_tokens(handle, request, cost - recorded)
  record_usage(handle, meter, cost)
end

-- Runs for every response, also for 401, 429 and 503 that the gateway itself gives: only an admitted request has our
-- metadata, and only a 2xx costs anything.
local function settle(handle)
  local request = recall_request(handle)
  if not request then
    return
  end
  local account = #request.tier.limits > 0 and open_account(handle, request.user) or nil
  local headers = handle:headers()
  if (headers:get(':status') or ''):byte(1) ~= 50 then
    local limit, used = settle_request(handle, request, account, 0)
    set_limit_headers(headers, limit, used, 0)
    record_usage(handle, new_meter(request.path), 0)
    return
  end
  local content_type = (headers:get('content-type') or ''):lower()
  local is_json = content_type:find('json', 1, true)
  local length = is_json and tonumber(headers:get('content-length') or '')
  if length and length <= LARGEST_HELD_BODY then
    settle_body(handle, request, account)
    return
  end
  local format = is_json and 'json' or content_type:find('text/event-stream', 1, true) and 'events' or 'bytes'
  if is_encoded(headers) then
    format = 'bytes'
  end
  local limit, used = charge(handle, account, request.tier, 0)
  set_limit_headers(headers, limit, used, nil)
  settle_chunks(handle, request, account, format)
end

-- An answer that made the script fail is not free: it costs the guess of its prompt and an answer's reservation.
local function charge_blindly(handle)
  local request = recall_request(handle)
  if request and not request.reserved then
    local account = open_account(handle, request.user)
    local cost = math.ceil(request.prompt * request.model.prompt + DEFAULT_ANSWER * request.model.completion)
    charge(handle, account, request.tier, cost)
    count_tokens(handle, request, cost)
  end
end

-- Envoy forwards a request whose script failed: that would be no limit at all, so a failure is a refusal.
function envoy_on_request(handle)
  local succeeded, reply, request = pcall(admit, handle)
  if not succeeded then
    handle:logErr('token limits: ' .. tostring(reply))
    reply = refuse_broken()
  end
  if reply then
    handle:respond(reply.headers, reply.body)
  elseif request and request.flows then
    local followed, message = pcall(follow_request, handle, request)
    if not followed then
      handle:logErr('token limits: ' .. tostring(message))
    end
  end
end

function envoy_on_response(handle)
  local succeeded, message = pcall(settle, handle)
  if not succeeded then
    handle:logErr('token limits: ' .. tostring(message))
    pcall(charge_blindly, handle)
  end
end
