#!lua
-- Appends a batch to its logs, all or nothing, and trims them.
--
-- KEYS: the store; then the logs, each a hash of head, first, bytes and the number of the commit that
-- last changed it. With the log's key begin those
-- of its entries (a stream), of what is known of each kept entry (a list of "TIME SIZE ID", the oldest
-- first), of the ids that outlive their entries (a list of "TIME ID"), and of the seq for each id.
-- ARGV: the most bytes of all logs; the time by which is trimmed, if it is to be stored; for each log
-- its bounds: count, oldest time, bytes, and the oldest time of an id that is remembered; for each
-- publication: the number of its log, its id or nothing, its time, the size of its data, the entry.
-- Answers the epoch, the stretch, the number of commits, and one number for each publication: its
-- seq, or, if it was there before, that seq with a minus.
local MOST_TRIMMED = 10000 -- of a log in one call, so that nobody waits long; the next one goes on

local store = redis.call('HMGET', KEYS[1], 'epoch', 'stretch', 'bytes')
if not store[1] or not store[2] then
  return redis.error_reply('NOSTORE the store was emptied')
end
local total = tonumber(store[3] or 0)
if total >= tonumber(ARGV[1]) then
  return redis.error_reply('FULL ' .. string.format('%.0f', total))
end

local logs = #KEYS - 1
local heads, firsts, bytes, grown = {}, {}, {}, {}
for k = 1, logs do
  local log = redis.call('HMGET', KEYS[k + 1], 'head', 'first', 'bytes')
  heads[k], firsts[k], bytes[k] = tonumber(log[1] or 0), tonumber(log[2] or 1), tonumber(log[3] or 0)
  total = total - bytes[k]
end

local answer = {store[1], store[2], 0}
for a = 3 + 4 * logs, #ARGV, 5 do
  local k, id, size = tonumber(ARGV[a]), ARGV[a + 1], ARGV[a + 3]
  local key = KEYS[k + 1]
  local old = id ~= '' and redis.call('HGET', key .. ':ids', id)
  if old then
    answer[#answer + 1] = -tonumber(old)
  else
    local seq = heads[k] + 1
    redis.call('XADD', key .. ':entries', string.format('%.0f-0', seq), 'e', ARGV[a + 4])
    redis.call('RPUSH', key .. ':kept', ARGV[a + 2] .. ' ' .. size .. ' ' .. id)
    if id ~= '' then
      redis.call('HSET', key .. ':ids', id, seq)
    end
    heads[k], bytes[k], grown[k] = seq, bytes[k] + tonumber(size), true
    answer[#answer + 1] = seq
  end
end

-- Hands the items of a list to a function, from the left, and removes those for which it is true.
local function take(list, accepts)
  local taken, chunk = 0, 1
  while taken < MOST_TRIMMED do
    local items = redis.call('LRANGE', list, 0, chunk - 1)
    local accepted = 0
    while accepted < #items and accepts(items[accepted + 1]) do
      accepted = accepted + 1
    end
    if accepted > 0 then
      redis.call('LTRIM', list, accepted, -1)
    end
    if accepted < chunk then
      return
    end
    taken, chunk = taken + accepted, math.min(4 * chunk, 256)
  end
end

local function trim(k, count, oldest, room, window)
  local key, first = KEYS[k + 1], firsts[k]
  take(key .. ':kept', function(item)
    local time, size, id = string.match(item, '^(%-?%d+) (%d+) (.*)$')
    if heads[k] - first < count and tonumber(time) >= oldest and bytes[k] <= room then
      return false
    end
    first, bytes[k] = first + 1, bytes[k] - tonumber(size)
    if id ~= '' then
      redis.call('RPUSH', key .. ':gone', time .. ' ' .. id)
    end
    return true
  end)
  if first > firsts[k] then
    redis.call('XTRIM', key .. ':entries', 'MINID', string.format('%.0f-0', first))
    firsts[k] = first
  end
  take(key .. ':gone', function(item)
    local time, id = string.match(item, '^(%-?%d+) (.*)$')
    if tonumber(time) >= window then
      return false
    end
    redis.call('HDEL', key .. ':ids', id)
    return true
  end)
end

local any = next(grown) ~= nil
answer[3] = redis.call('HINCRBY', KEYS[1], 'commits', any and 1 or 0)
for k = 1, logs do
  if grown[k] then
    local a = 4 * k - 1
    trim(k, tonumber(ARGV[a]), tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3]))
    redis.call('HSET', KEYS[k + 1], 'head', heads[k], 'first', firsts[k], 'bytes', bytes[k],
      'commit', answer[3])
  end
  total = total + bytes[k]
end
if any then
  redis.call('HSET', KEYS[1], 'bytes', total)
end
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'pruned', ARGV[2])
end
return answer
