// What must happen in one piece on a Redis server. The keys of one call carry its id in braces, so a cluster keeps them together.

/** A script and how many of its arguments are keys. */
export interface RedisScript {
  readonly lua: string;
  readonly keys: number;
}

const NEW_TOKEN = `
local token = math.max(tonumber(redis.call('GET', KEYS[2]) or 0), tonumber(ARGV[4])) + 1
redis.call('SET', KEYS[2], string.format('%d', token), 'PX', ARGV[5])
redis.call('SET', KEYS[1], string.format('%d', token) .. ' ' .. ARGV[1], 'PX', ARGV[2])`;

/** KEYS: lease, fence. ARGV: owner, ttlMs, forced (0 or 1), aboveToken, retentionMs. The token, or 0 while it is taken. */
export const LEASE: RedisScript = {
  keys: 2,
  lua: `
if ARGV[3] == '0' and not redis.call('SET', KEYS[1], '', 'NX', 'PX', ARGV[2]) then return 0 end${NEW_TOKEN}
return token`,
};

/** KEYS: lease, fence, stream. ARGV as of a lease, which is forced. The token, and the stream that nobody else can add to now. */
export const TAKE: RedisScript = {
  keys: 3,
  lua: `${NEW_TOKEN}
return {token, redis.call('XRANGE', KEYS[3], '-', '+')}`,
};

/** -1: nobody is known as the owner; 0: somebody else is. */
const FENCED = `
local fence = redis.call('GET', KEYS[2])
if not fence then return -1 end
if fence ~= ARGV[1] then return 0 end`;

/** KEYS: lease, fence, stream. ARGV: token, ttlMs, owner. */
export const RENEW: RedisScript = {
  keys: 2,
  lua: `${FENCED}
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[3], 'PX', ARGV[2])
return 1`,
};

/** KEYS: lease, fence. ARGV: token. */
export const RELEASE: RedisScript = {
  keys: 2,
  lua: `${FENCED}
redis.call('DEL', KEYS[1])
return 1`,
};

/**
 * KEYS: lease, fence, stream. ARGV: token, first number, retentionMs, entries. An entry's id in the stream is its token and
 * its number, so that one which is there already can be told.
 */
export const APPEND: RedisScript = {
  keys: 3,
  lua: `${FENCED}
local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
local lastNumber = 0
if last then
  local token, number = string.match(last[1], '(%d+)-(%d+)')
  if token == ARGV[1] then lastNumber = tonumber(number) end
end
for index = 4, #ARGV do
  local number = tonumber(ARGV[2]) + index - 4
  if number > lastNumber then
    redis.call('XADD', KEYS[3], ARGV[1] .. '-' .. string.format('%d', number), 'entry', ARGV[index])
  end
end
redis.call('PEXPIRE', KEYS[3], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1`,
};

/** KEYS: lease, fence, stream. ARGV: token, number. */
export const TRIM: RedisScript = {
  keys: 3,
  lua: `${FENCED}
redis.call('XTRIM', KEYS[3], 'MINID', ARGV[1] .. '-' .. ARGV[2])
return 1`,
};

/** KEYS: lease, fence, stream. ARGV: token. */
export const REMOVE: RedisScript = {
  keys: 3,
  lua: `${FENCED}
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 1`,
};
