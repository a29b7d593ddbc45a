import { LuaScript } from '../../pools/redis/lua-script';

/**
 * Every step that reads or changes more than one key, as a script over the keys of one hash slot. `docs/cache.md`
 * describes the protocol: each slot has a logical clock, and logs the time at which a key, a tag or everything was last
 * invalidated. Scripts that change something return the logical time of the change.
 */
const COMMON = `
-- A user who may not publish has changed Redis all the same; the check of the server tells of it.
local function tell(channel, message) redis.pcall('PUBLISH', channel, message) end
local function whole(number) return string.format('%.0f', number) end
local function save(key, clock, generation, born)
  redis.call('SET', key, whole(clock) .. ' ' .. whole(generation) .. ' ' .. whole(born))
end
-- A missing log is made again: it knows nothing of the time before 'floor'. One with a later floor is not of this clock.
local function open(log, floor)
  local score = redis.pcall('ZSCORE', log, '')
  if type(score) == 'table' or (score and tonumber(score) > floor) then redis.call('DEL', log) score = false end
  if not score then redis.call('ZADD', log, whole(floor), '') end
end
-- The new clock starts later than the lost one can have been, so that nothing older is valid any more.
local function begin(head, fences, tags, known)
  local time = redis.call('TIME')
  local start = math.max(time[1] * 1000000 + time[2], known + 1)
  redis.call('DEL', head, fences, tags)
  save(head, start, start, start)
  open(fences, start)
  open(tags, start)
  return start, start, start
end
local function read(head, fences, tags)
  local text = redis.pcall('GET', head)
  if type(text) == 'string' and #text <= 60 then
    local clock, generation, born = string.match(text, '^(%d+) (%d+) (%d+)$')
    clock, generation, born = tonumber(clock), tonumber(generation), tonumber(born)
    if clock and clock < 9007199254740992 and generation <= clock and born <= clock then
      return clock, generation, born
    end
  end
  return begin(head, fences, tags, 0)
end
-- The step was sent in time, but runs after its caller gave up. By then another process may have made a later change.
local function late(deadline)
  if deadline == '' then return false end
  local time = redis.call('TIME')
  return time[1] * 1000 + time[2] / 1000 > tonumber(deadline)
end
local LATE = redis.error_reply('LATE the caller has given up')
local function floor(log, clock)
  open(log, clock)
  return tonumber(redis.call('ZSCORE', log, ''))
end
local function note(log, clock, names, from, most)
  open(log, clock - 1)
  for first = from, #names, 1000 do
    local members = {}
    for at = first, math.min(first + 999, #names) do
      members[#members + 1] = whole(clock)
      members[#members + 1] = 'k' .. names[at]
    end
    redis.call('ZADD', log, unpack(members))
  end
  local over = redis.call('ZCARD', log) - most
  if over > most / 10 then
    local forgotten = tonumber(redis.call('ZRANGE', log, over, over, 'WITHSCORES')[2])
    local before = floor(log, clock)
    redis.call('ZREMRANGEBYRANK', log, 0, over)
    redis.call('ZADD', log, whole(math.max(forgotten, before)), '')
  end
end
local function after(log, name, asOf)
  local score = redis.call('ZSCORE', log, 'k' .. name)
  return score and tonumber(score) > asOf
end
local function put(key, asOf, mark, rest, ttl)
  local payload = mark .. string.format('%016.0f', asOf) .. rest
  if ttl == '' then return redis.pcall('SET', key, payload) end
  return redis.pcall('SET', key, payload, 'PX', ttl)
end
`;

/** Invalidations must work in a Redis that is full: they free memory. */
const ALLOW_OOM = { allowOom: true };

/**
 * KEYS head fences tags, ARGV channel message known → the head `clock generation born`, made if it was missing. A clock
 * earlier than `known` means that Redis came back with older data, or is a replica that lags behind. It may hold values
 * again that were invalidated since. So everything is invalidated, and the message tells the other processes.
 */
export const OPEN = new LuaScript(
  `${COMMON}
  local clock, generation, born = read(KEYS[1], KEYS[2], KEYS[3])
  if clock < tonumber(ARGV[3]) then
    begin(KEYS[1], KEYS[2], KEYS[3], tonumber(ARGV[3]))
    tell(ARGV[1], ARGV[2])
  end
  return redis.call('GET', KEYS[1])`,
  ALLOW_OOM,
);

/** KEYS head fences tags value… lock…, ARGV channel message most key… → { time, how many values were deleted }. */
export const DELETE = new LuaScript(
  `${COMMON}
  local clock, generation, born = read(KEYS[1], KEYS[2], KEYS[3])
  clock = clock + 1
  local count = #ARGV - 3
  local removed = 0
  for at = 4, 3 + count do removed = removed + redis.call('UNLINK', KEYS[at]) end
  for at = 4 + count, 3 + 2 * count do redis.call('UNLINK', KEYS[at]) end
  note(KEYS[2], clock, ARGV, 4, tonumber(ARGV[3]))
  save(KEYS[1], clock, generation, born)
  tell(ARGV[1], ARGV[2])
  return { whole(clock), removed }`,
  ALLOW_OOM,
);

/**
 * KEYS head fences tags value… lock…, ARGV channel message most mark deadline, then key rest ttl of each value (a ttl of
 * 0 deletes it) → { time, how many values Redis did not take }. Their keys are deleted.
 */
export const SET_MANY = new LuaScript(`${COMMON}
  if late(ARGV[5]) then return LATE end
  local clock, generation, born = read(KEYS[1], KEYS[2], KEYS[3])
  clock = clock + 1
  local count = (#ARGV - 5) / 3
  local names, refused = {}, 0
  for at = 1, count do
    local given = 3 + 3 * at
    names[at] = ARGV[given]
    local answer = ARGV[given + 2] == '0' and {} or put(KEYS[3 + at], clock, ARGV[4], ARGV[given + 1], ARGV[given + 2])
    if answer.err and at == 1 and string.find(answer.err, 'OOM', 1, true) then return answer end
    if answer.err then refused = refused + 1 end
    if not answer.ok then redis.call('UNLINK', KEYS[3 + at]) end
  end
  redis.call('UNLINK', unpack(KEYS, 4 + count, 3 + 2 * count))
  note(KEYS[2], clock, names, 1, tonumber(ARGV[3]))
  open(KEYS[3], clock)
  save(KEYS[1], clock, generation, born)
  tell(ARGV[1], ARGV[2])
  return { whole(clock), refused }`);

/**
 * KEYS head fences tags value lock, ARGV channel message most key mark rest ttl deadline unlessAfter tag… → { time,
 * 1 if stored }: a write out of the journal, or of a value that replaces another. A key that was changed or invalidated after `unlessAfter` is deleted instead, because it is
 * not known which of the two is newer. If the same value is there already and valid, the same write has arrived before.
 */
export const SET = new LuaScript(
  `${COMMON}
  if late(ARGV[8]) then return LATE end
  local clock, generation, born = read(KEYS[1], KEYS[2], KEYS[3])
  local function since(log, known, names, from)
    local forgotten = floor(log, clock)
    if forgotten > known and forgotten ~= born then return true end
    for at = from, #names do if after(log, names[at], known) then return true end end
    return false
  end
  local newer = false
  local known = tonumber(ARGV[9])
  local there = redis.pcall('GET', KEYS[4])
  if type(there) == 'string' and string.sub(there, 19) == ARGV[6] then
    known = math.max(known, tonumber(string.sub(there, 3, 18)) or 0)
    newer = known < generation
  end
  newer = newer or since(KEYS[2], known, { ARGV[4] }, 1) or (#ARGV > 9 and since(KEYS[3], known, ARGV, 10))
  clock = clock + 1
  if newer then
    redis.call('UNLINK', KEYS[4])
  else
    local answer = put(KEYS[4], clock, ARGV[5], ARGV[6], ARGV[7])
    if answer.err then return answer end
  end
  redis.call('UNLINK', KEYS[5])
  note(KEYS[2], clock, { ARGV[4] }, 1, tonumber(ARGV[3]))
  open(KEYS[3], clock)
  save(KEYS[1], clock, generation, born)
  tell(ARGV[1], ARGV[2])
  return { whole(clock), newer and 0 or 1 }`,
);

/** KEYS head fences tags value, ARGV key asOf mark rest ttl tag… → 1, or 0 if it was invalidated since asOf. */
export const STORE = new LuaScript(
  `${COMMON}
  local clock, generation, born = read(KEYS[1], KEYS[2], KEYS[3])
  local asOf = tonumber(ARGV[2])
  if asOf < generation or asOf > clock or floor(KEYS[2], clock) > asOf or after(KEYS[2], ARGV[1], asOf) then return 0 end
  if #ARGV > 5 and floor(KEYS[3], clock) > asOf then return 0 end
  for at = 6, #ARGV do if after(KEYS[3], ARGV[at], asOf) then return 0 end end
  local answer = put(KEYS[4], asOf, ARGV[3], ARGV[4], ARGV[5])
  if answer.err then return answer end
  return 1`,
);

/** KEYS head fences tags value lock, ARGV channel message most key at zeros flagAt → { time }. */
export const EXPIRE = new LuaScript(
  `${COMMON}
  local clock, generation, born = read(KEYS[1], KEYS[2], KEYS[3])
  clock = clock + 1
  local flag = redis.pcall('GETRANGE', KEYS[4], ARGV[7], ARGV[7])
  if flag == 's' then redis.call('SETRANGE', KEYS[4], ARGV[5], ARGV[6]) else redis.call('UNLINK', KEYS[4]) end
  redis.call('UNLINK', KEYS[5])
  note(KEYS[2], clock, { ARGV[4] }, 1, tonumber(ARGV[3]))
  save(KEYS[1], clock, generation, born)
  tell(ARGV[1], ARGV[2])
  return { whole(clock) }`,
  ALLOW_OOM,
);

/** KEYS head fences tags, ARGV channel message most tag… → { time }. */
export const INVALIDATE_TAGS = new LuaScript(
  `${COMMON}
  local clock, generation, born = read(KEYS[1], KEYS[2], KEYS[3])
  clock = clock + 1
  note(KEYS[3], clock, ARGV, 4, tonumber(ARGV[3]))
  save(KEYS[1], clock, generation, born)
  tell(ARGV[1], ARGV[2])
  return { whole(clock) }`,
  ALLOW_OOM,
);

/** KEYS head fences tags, ARGV channel message: invalidates every value, also those being loaded. */
export const CLEAR = new LuaScript(
  `${COMMON}
  local clock, _, born = read(KEYS[1], KEYS[2], KEYS[3])
  clock = clock + 1
  redis.call('DEL', KEYS[2], KEYS[3])
  save(KEYS[1], clock, clock, born)
  open(KEYS[2], clock)
  open(KEYS[3], clock)
  tell(ARGV[1], ARGV[2])
  return { whole(clock) }`,
  ALLOW_OOM,
);

/** KEYS head fences tags, ARGV channel message → { time, time }: values being loaded will not be stored; stored ones stay. */
export const FENCE_ALL = new LuaScript(
  `${COMMON}
  local clock, generation, born = read(KEYS[1], KEYS[2], KEYS[3])
  clock = clock + 1
  open(KEYS[2], clock)
  redis.call('ZADD', KEYS[2], whole(clock), '')
  save(KEYS[1], clock, generation, born)
  tell(ARGV[1], ARGV[2])
  return { whole(clock), whole(clock) }`,
  ALLOW_OOM,
);

/** KEYS value…, ARGV time: deletes the values that are older than that logical time, and whatever is none of ours. */
export const UNLINK_OLDER = new LuaScript(
  `for at = 1, #KEYS do
    local asOf = redis.pcall('GETRANGE', KEYS[at], 2, 17)
    local time = type(asOf) == 'string' and tonumber(asOf)
    if not time or time < tonumber(ARGV[1]) then redis.call('UNLINK', KEYS[at]) end
  end
  return 1`,
  ALLOW_OOM,
);

/** KEYS head fences tags value lock, ARGV token lease deadline → { 1 if the lock is ours, its ms left, head, value }. */
export const ACQUIRE = new LuaScript(
  `${COMMON}
  if late(ARGV[3]) then return LATE end
  local clock, generation, born = read(KEYS[1], KEYS[2], KEYS[3])
  local ours = redis.call('SET', KEYS[5], ARGV[1], 'NX', 'PX', ARGV[2])
  local left = redis.call('PTTL', KEYS[5])
  if not ours and (left < 0 or left > tonumber(ARGV[2])) then -- this is no lock of ours: it would not expire within the lease
    ours = redis.call('SET', KEYS[5], ARGV[1], 'PX', ARGV[2])
  end
  local value = redis.pcall('GET', KEYS[4])
  if type(value) ~= 'string' then value = '' end
  return { ours and 1 or 0, left, redis.call('GET', KEYS[1]), value }`,
  ALLOW_OOM,
);

/** KEYS lock, ARGV token lease → 1 if the lock was still ours. */
export const RENEW = new LuaScript(
  `if redis.pcall('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`,
);

/** KEYS lock, ARGV token channel message → 0 if another process has the lock. The message wakes waiting processes also if the lock is gone. */
export const RELEASE = new LuaScript(
  `local held = redis.pcall('GET', KEYS[1])
  if held and held ~= ARGV[1] then return 0 end
  redis.call('DEL', KEYS[1])
  redis.pcall('PUBLISH', ARGV[2], ARGV[3])
  return 1`,
);
