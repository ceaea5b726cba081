/**
 * What Redis does in one step. Amounts are added with HINCRBY, which is exact, and only ever compared as numbers, which are
 * exact below 2^53. All keys are in one hash slot (`{budgets}`), so that a cluster can run them too.
 *
 * A window is a hash with `spent` and `reserved`; `open` maps reservations to what they hold, `leases` to when they end;
 * `held` has the windows whose `reserved` is not 0.
 */

/** The server's own time, epoch milliseconds: the clocks of those who ask may differ. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** Adds to what the window `KEYS[i]` holds. */
function add(amount: string, held: string): string {
  return `if redis.call('HINCRBY', KEYS[i], 'reserved', ${amount}) == 0 then redis.call('SREM', ${held}, KEYS[i]) else redis.call('SADD', ${held}, KEYS[i]) end`;
}

/**
 * KEYS: generation, run, windows, open, leases, held. ARGV: new generation.
 * What another run of Redis left may be older than what that one had said: its last snapshot, or what a replica had got. So it counts as nothing.
 * @returns the generation.
 */
export const BEGIN = `
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or ''
local before = redis.call('GET', KEYS[2])
if before ~= run then redis.call('SET', KEYS[2], run) end
if before and before ~= run then
  for _, window in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do redis.call('DEL', window) end
  redis.call('DEL', KEYS[1], KEYS[3], KEYS[4], KEYS[5], KEYS[6])
end
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return redis.call('GET', KEYS[1])
`;

/**
 * KEYS: generation, open, leases, held, done, window… ARGV: id, amount, lease in ms, record, new generation, `check` or `force`, limit…
 * Holds an amount in all windows, or says which one is not known or does not have it. Holds nothing for what is settled.
 */
export const RESERVE = `${NOW}
local generation = redis.call('GET', KEYS[1])
if not generation then
  generation = ARGV[5]
  redis.call('SET', KEYS[1], generation)
end
if ARGV[6] == 'check' then
  for i = 6, #KEYS do
    local window = redis.call('HMGET', KEYS[i], 'spent', 'reserved')
    if not window[1] then return {generation, 'unknown', i - 5} end
    local left = tonumber(ARGV[i + 1]) - tonumber(window[1]) - tonumber(window[2] or '0')
    if tonumber(ARGV[2]) > 0 and tonumber(ARGV[2]) > left then return {generation, 'refused', i - 5, window[1], window[2] or '0'} end
  end
end
if redis.call('EXISTS', KEYS[5]) == 0 and redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[4]) == 1 then
  redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[3]), ARGV[1])
  for i = 6, #KEYS do ${add("ARGV[2]", "KEYS[4]")} end
end
return {generation, 'reserved'}
`;

/**
 * KEYS: open, leases. ARGV: lease in ms, id… Lets leases begin anew.
 * @returns those that are not open any more.
 */
export const RENEW = `${NOW}
local gone = {}
for i = 2, #ARGV do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[1]), ARGV[i])
  else table.insert(gone, ARGV[i]) end
end
return gone
`;

/**
 * KEYS: open, leases, done, held, window… ARGV: id, what was reserved with a minus, what is charged.
 * Settles a reservation once. A window that is not known is left so: its sum is read from the ledger, which has the row. Of a
 * reservation that is not known (its lease has ended, or Redis was emptied) the sum may have the row already: it is read again.
 */
export const SETTLE = `
if not redis.call('SET', KEYS[3], '1', 'NX', 'EX', 1800) then return 0 end
local isOpen = redis.call('HDEL', KEYS[1], ARGV[1]) == 1
redis.call('ZREM', KEYS[2], ARGV[1])
for i = 5, #KEYS do
  if isOpen then ${add("ARGV[2]", "KEYS[4]")} end
  if isOpen and redis.call('HEXISTS', KEYS[i], 'spent') == 1 then
    redis.call('HINCRBY', KEYS[i], 'spent', ARGV[3])
  elseif isOpen or ARGV[3] ~= '0' then
    redis.call('HDEL', KEYS[i], 'spent', 'seeding')
  end
end
return 1
`;

/** KEYS: open, leases. @returns reservations whose lease has ended, some of them: the id and the record of each. */
export const ENDED = `${NOW}
local answer = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now), 'LIMIT', 0, 100)) do
  local record = redis.call('HGET', KEYS[1], id)
  if record then
    table.insert(answer, id)
    table.insert(answer, record)
  else
    redis.call('ZREM', KEYS[2], id)
  end
end
return answer
`;

/**
 * KEYS: open, leases, held, window… ARGV: id, what was reserved with a minus.
 * Gives back what an ended lease held. The call may still run: it is charged when it is settled.
 */
export const GIVE_BACK = `
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
for i = 4, #KEYS do ${add("ARGV[2]", "KEYS[3]")} end
return 1
`;

/**
 * KEYS: window, windows. ARGV: token, sum, when to forget it (seconds; 0 never).
 * Says what was spent before a window was known, unless a call was settled since the sum was read.
 */
export const SEED = `
if redis.call('HEXISTS', KEYS[1], 'spent') == 1 then return 1 end
if redis.call('HGET', KEYS[1], 'seeding') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'spent', ARGV[2])
redis.call('HDEL', KEYS[1], 'seeding')
if ARGV[3] ~= '0' then redis.call('EXPIREAT', KEYS[1], ARGV[3]) end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', redis.call('TIME')[1])
redis.call('ZADD', KEYS[2], ARGV[3] == '0' and '+inf' or ARGV[3], KEYS[1])
return 1
`;

/**
 * KEYS: open, held. ARGV: what the keys of windows begin with.
 * Puts windows right that hold something else than the sum of the reservations that name them: Redis may have thrown some keys out for want of memory.
 * @returns how many there were, and one of them.
 */
export const CHECK = `
local sums = {}
for _, record in ipairs(redis.call('HVALS', KEYS[1])) do
  local reservation = cjson.decode(record)
  for _, window in ipairs(reservation.windows) do
    local key = ARGV[1] .. window
    sums[key] = (sums[key] or 0) + reservation.amount
  end
end
for _, key in ipairs(redis.call('SMEMBERS', KEYS[2])) do sums[key] = sums[key] or 0 end
local violations, example = 0, ''
for key, sum in pairs(sums) do
  if tonumber(redis.call('HGET', key, 'reserved') or '0') ~= sum then
    violations = violations + 1
    example = key
    redis.call('HSET', key, 'reserved', string.format('%.0f', sum))
    redis.call(sum == 0 and 'SREM' or 'SADD', KEYS[2], key)
  end
end
return {violations, example}
`;

/** KEYS: window, open. ARGV: the window as records of reservations name it. @returns what is spent, and the ids of the reservations; nothing when it is not known. */
export const LOOK = `
local answer = {redis.call('HGET', KEYS[1], 'spent') or nil}
if not answer[1] then return answer end
local open = redis.call('HGETALL', KEYS[2])
for i = 1, #open, 2 do
  if string.find(open[i + 1], ARGV[1], 1, true) then table.insert(answer, open[i]) end
end
return answer
`;

/** KEYS: window. ARGV: what was seen as spent, what is right. */
export const CORRECT = `
if redis.call('HGET', KEYS[1], 'spent') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'spent', ARGV[2])
return 1
`;

/** KEYS: slots. ARGV: id, limit, lease in ms. Takes a place if there is one. */
export const TAKE_SLOT = `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[3]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`;

/** KEYS: slots. ARGV: lease in ms, id… Says that these requests still have their places. */
export const RENEW_SLOTS = `${NOW}
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[1]), ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return #ARGV - 1
`;

/**
 * KEYS: health. ARGV: version heard before, who asks, then for each news: field, kind, remaining ms, opened for ms, ago ms.
 * Tells news of endpoints and answers with those that others told since: version, then for each field, kind, remaining,
 * opened for, ago.
 */
export const EXCHANGE_HEALTH = `${NOW}
for i = 3, #ARGV, 5 do
  local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
  local ends, at = now + ARGV[i + 2], now - ARGV[i + 4]
  local news = string.format('%.0f %s %s %.0f %s %.0f', version, ARGV[2], ARGV[i + 1], ends, ARGV[i + 3], at)
  redis.call('HSET', KEYS[1], ARGV[i], news)
end
if #ARGV > 2 then redis.call('PEXPIRE', KEYS[1], 600000) end
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
local since = tonumber(ARGV[1])
if version < since then since = 0 end
local answer = {version}
if version == since then return answer end
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local number, owner, kind, ends, opened, at = string.match(all[i + 1], '^(%d+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
  if number and tonumber(number) > since and owner ~= ARGV[2] then
    for _, value in ipairs({all[i], kind, string.format('%.0f', ends - now), opened, string.format('%.0f', now - at)}) do
      table.insert(answer, value)
    end
  end
end
return answer
`;
