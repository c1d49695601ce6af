// Who has which call, in the whole fleet. Each piece of it changes in one script, so that two gateways never take the last
// place both.

import type { RedisScript } from '../journals/redis-scripts.ts';

/**
 * KEYS: calls (sorted by the end of their lease), owners, prefix of a node's calls. ARGV: callId, node, ttlMs, maxCalls,
 * maxCallsPerNode. '' when there is room, else 'fleet' or 'node'. A call that moves to another node always has room in the fleet.
 */
export const ADMIT: RedisScript = {
  keys: 3,
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, callId in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do
  local owner = redis.call('HGET', KEYS[2], callId)
  if owner then redis.call('SREM', KEYS[3] .. owner, callId) end
  redis.call('HDEL', KEYS[2], callId)
  redis.call('ZREM', KEYS[1], callId)
end
local owner = redis.call('HGET', KEYS[2], ARGV[1])
if not owner and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 'fleet' end
if owner ~= ARGV[2] and redis.call('SCARD', KEYS[3] .. ARGV[2]) >= tonumber(ARGV[5]) then return 'node' end
if owner then redis.call('SREM', KEYS[3] .. owner, ARGV[1]) end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('SADD', KEYS[3] .. ARGV[2], ARGV[1])
return ''`,
};

/** KEYS as above. ARGV: node, ttlMs, callIds. Those that another node has by now are left alone. */
export const KEEP: RedisScript = {
  keys: 3,
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for index = 3, #ARGV do
  local owner = redis.call('HGET', KEYS[2], ARGV[index])
  if not owner or owner == ARGV[1] then
    redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[index])
    redis.call('HSET', KEYS[2], ARGV[index], ARGV[1])
    redis.call('SADD', KEYS[3] .. ARGV[1], ARGV[index])
  end
end
return ''`,
};

/** KEYS as above. ARGV: callId, node. */
export const LEAVE: RedisScript = {
  keys: 3,
  lua: `
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return '' end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('SREM', KEYS[3] .. ARGV[2], ARGV[1])
return ''`,
};
