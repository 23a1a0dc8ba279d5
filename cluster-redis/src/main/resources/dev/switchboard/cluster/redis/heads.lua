#!lua flags=no-writes
-- Reads the heads of logs. KEYS: the store; the logs. Answers the epoch, the
-- stretch, the number of the commit that last changed any of the logs, and the seq of each head.
local store = redis.call('HMGET', KEYS[1], 'epoch', 'stretch')
if not store[1] or not store[2] then
  return redis.error_reply('NOSTORE the store was emptied')
end
local answer = {store[1], store[2], 0}
for i = 2, #KEYS do
  local log = redis.call('HMGET', KEYS[i], 'head', 'commit')
  answer[i + 2] = tonumber(log[1] or 0)
  answer[3] = math.max(answer[3], tonumber(log[2] or 0))
end
return answer
