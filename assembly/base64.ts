// Base64 of RFC 4648 §4, strict: standard alphabet, padding required, no white space, unused bits of the last character
// zero. One text has one meaning, and a text with more or less than that is malformed at a stated position.
//
// Vector form after Muła and Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions" (2018): twelve bytes
// against sixteen characters; characters are classed by the two halves of their code.

const ALPHABET: usize = memory.data(64, 16);
const SEXTETS: usize = memory.data(256, 16);
const NOT_IN_ALPHABET: u8 = 0xff;
const PAD: u8 = 0x3d;

/** Puts each three bytes into a 32-bit lane, first byte highest. */
const SPREAD: usize = memory.data<u8>([2, 1, 0, 255, 5, 4, 3, 255, 8, 7, 6, 255, 11, 10, 9, 255], 16);
/** The reverse; the last four bytes are not stored. */
const GATHER: usize = memory.data<u8>([2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 255, 255, 255, 255], 16);
/** The four sextets of a lane, after they were shifted to their own byte. */
const FIRST: usize = memory.data<u32>([0x3f, 0x3f, 0x3f, 0x3f], 16);
const SECOND: usize = memory.data<u32>([0x3f00, 0x3f00, 0x3f00, 0x3f00], 16);
const THIRD: usize = memory.data<u32>([0x3f0000, 0x3f0000, 0x3f0000, 0x3f0000], 16);
const FOURTH: usize = memory.data<u32>([0x3f000000, 0x3f000000, 0x3f000000, 0x3f000000], 16);
/** Where the first of two sextets belongs in twelve bits, and the weights that make 24 bits of two twelves. */
const EVEN_SEXTET_X8: usize = memory.data<u16>([0xfc0, 0xfc0, 0xfc0, 0xfc0, 0xfc0, 0xfc0, 0xfc0, 0xfc0], 16);
const PAIR_WEIGHTS: usize = memory.data<u16>([4096, 1, 4096, 1, 4096, 1, 4096, 1], 16);
const LETTERS_X16: usize = memory.data<u8>([51, 51, 51, 51, 51, 51, 51, 51, 51, 51, 51, 51, 51, 51, 51, 51], 16);
const CAPITALS_X16: usize = memory.data<u8>([26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26], 16);
const CAPITAL_CLASS_X16: usize = memory.data<u8>([13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13], 16);
/** From sextet to character, by class: small letters, ten digits, `+`, `/`, capitals (mod 256). */
const ENCODE_SHIFT: usize = memory.data<u8>(
  [71, 252, 252, 252, 252, 252, 252, 252, 252, 252, 252, 237, 240, 65, 0, 0],
  16,
);
const SLASH_X16: usize = memory.data<u8>([47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47], 16);
const LOW_HALF_X16: usize = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15], 16);
/** A character is in the alphabet if and only if the entries of its low and its high half have no bit in common. */
const LOW_CLASS: usize = memory.data<u8>(
  [0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a],
  16,
);
const HIGH_CLASS: usize = memory.data<u8>(
  [0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10],
  16,
);
/** From character to sextet, by high half; `/` takes the entry below that of `+` (mod 256). */
const DECODE_SHIFT: usize = memory.data<u8>([0, 16, 19, 4, 191, 191, 185, 185, 0, 0, 0, 0, 0, 0, 0, 0], 16);

/** Fills the alphabet and its inverse. */
export function initBase64Tables(): void {
  memory.fill(SEXTETS, NOT_IN_ALPHABET, 256);
  for (let sextet = 0; sextet < 64; sextet++) {
    let character = sextet + 65;
    if (sextet >= 26) character = sextet + 71;
    if (sextet >= 52) character = sextet - 4;
    if (sextet == 62) character = 43;
    if (sextet == 63) character = 47;
    store<u8>(ALPHABET + sextet, <u8>character);
    store<u8>(SEXTETS + character, <u8>sextet);
  }
}

function characterOf(sextet: u32): u8 {
  return load<u8>(ALPHABET + (sextet & 63));
}

/** Encodes `bytes` bytes at `src` and returns the number of characters at `dst`, 4 × ⌈bytes / 3⌉. */
export function encodeBase64(dst: usize, src: usize, bytes: i32): i32 {
  let from = src;
  let to = dst;
  const end = src + bytes;
  if (ASC_FEATURE_SIMD) {
    const spread = v128.load(SPREAD);
    const first = v128.load(FIRST);
    const second = v128.load(SECOND);
    const third = v128.load(THIRD);
    const fourth = v128.load(FOURTH);
    const letters = v128.load(LETTERS_X16);
    const capitals = v128.load(CAPITALS_X16);
    const capitalClass = v128.load(CAPITAL_CLASS_X16);
    const shift = v128.load(ENCODE_SHIFT);
    // Sixteen bytes are read for the twelve that are used.
    for (; from + 16 <= end; from += 12, to += 16) {
      const groups = i8x16.swizzle(v128.load(from), spread);
      const sextets = v128.or(
        v128.or(v128.and(i32x4.shr_u(groups, 18), first), v128.and(i32x4.shr_u(groups, 4), second)),
        v128.or(v128.and(i32x4.shl(groups, 10), third), v128.and(i32x4.shl(groups, 24), fourth)),
      );
      const isCapital = v128.and(i8x16.lt_s(sextets, capitals), capitalClass);
      const classes = v128.or(i8x16.sub_sat_u(sextets, letters), isCapital);
      v128.store(to, i8x16.add(sextets, i8x16.swizzle(shift, classes)));
    }
  }
  for (; from + 3 <= end; from += 3, to += 4) {
    const group = ((<u32>load<u8>(from)) << 16) | ((<u32>load<u8>(from, 1)) << 8) | <u32>load<u8>(from, 2);
    store<u8>(to, characterOf(group >> 18));
    store<u8>(to, characterOf(group >> 12), 1);
    store<u8>(to, characterOf(group >> 6), 2);
    store<u8>(to, characterOf(group), 3);
  }
  if (from < end) {
    const hasTwo = from + 2 == end;
    const group = ((<u32>load<u8>(from)) << 16) | (hasTwo ? (<u32>load<u8>(from, 1)) << 8 : 0);
    store<u8>(to, characterOf(group >> 18));
    store<u8>(to, characterOf(group >> 12), 1);
    store<u8>(to, hasTwo ? characterOf(group >> 6) : PAD, 2);
    store<u8>(to, PAD, 3);
    to += 4;
  }
  return <i32>(to - dst);
}

/**
 * Decodes `characters` octets of text at `src` and returns the number of bytes at `dst`, or −1 − position for malformed
 * text: the position of the first wrong character, or the length when the text ends too early. `dst` may be `src`.
 */
export function decodeBase64(dst: usize, src: usize, characters: i32): i32 {
  let from = src;
  let to = dst;
  const end = src + characters;
  if (ASC_FEATURE_SIMD) {
    const lowHalf = v128.load(LOW_HALF_X16);
    const slash = v128.load(SLASH_X16);
    const lowClass = v128.load(LOW_CLASS);
    const highClass = v128.load(HIGH_CLASS);
    const shift = v128.load(DECODE_SHIFT);
    const evenSextet = v128.load(EVEN_SEXTET_X8);
    const pairWeights = v128.load(PAIR_WEIGHTS);
    const gather = v128.load(GATHER);
    for (; from + 16 <= end; from += 16, to += 12) {
      const text = v128.load(from);
      const high = v128.and(i16x8.shr_u(text, 4), lowHalf);
      const classes = v128.and(i8x16.swizzle(lowClass, v128.and(text, lowHalf)), i8x16.swizzle(highClass, high));
      if (v128.any_true(classes)) break; // padding or a wrong character: the scalar loop tells which
      const sextets = i8x16.add(text, i8x16.swizzle(shift, i8x16.add(high, i8x16.eq(text, slash))));
      const pairs = v128.or(v128.and(i16x8.shl(sextets, 6), evenSextet), i16x8.shr_u(sextets, 8));
      const bytes = i8x16.swizzle(i32x4.dot_i16x8_s(pairs, pairWeights), gather);
      v128.store64_lane(to, bytes, 0);
      v128.store32_lane(to, bytes, 2, 8);
    }
  }
  for (; from + 4 <= end; from += 4, to += 3) {
    const a = <u32>load<u8>(SEXTETS + <usize>load<u8>(from));
    const b = <u32>load<u8>(SEXTETS + <usize>load<u8>(from, 1));
    const c = <u32>load<u8>(SEXTETS + <usize>load<u8>(from, 2));
    const d = <u32>load<u8>(SEXTETS + <usize>load<u8>(from, 3));
    if ((a | b | c | d) > 63) {
      if (from + 4 == end) return decodePadded(dst, to, src, from);
      break;
    }
    const group = (a << 18) | (b << 12) | (c << 6) | d;
    store<u8>(to, <u8>(group >> 16));
    store<u8>(to, <u8>(group >> 8), 1);
    store<u8>(to, <u8>group, 2);
  }
  if (from == end) return <i32>(to - dst);
  while (from < end && load<u8>(SEXTETS + <usize>load<u8>(from)) != NOT_IN_ALPHABET) from++;
  return -1 - <i32>(from - src);
}

/** The last four characters, at `from`, when they are not all of the alphabet. */
function decodePadded(dst: usize, to: usize, src: usize, from: usize): i32 {
  const position = <i32>(from - src);
  const a = <u32>load<u8>(SEXTETS + <usize>load<u8>(from));
  if (a > 63) return -1 - position;
  const b = <u32>load<u8>(SEXTETS + <usize>load<u8>(from, 1));
  if (b > 63) return -1 - (position + 1);
  const isLastPad = load<u8>(from, 3) == PAD;
  const c = <u32>load<u8>(SEXTETS + <usize>load<u8>(from, 2));
  if (c > 63) {
    if (load<u8>(from, 2) != PAD || !isLastPad) return -1 - (position + 2);
    if ((b & 15) != 0) return -1 - (position + 1);
    store<u8>(to, <u8>((a << 2) | (b >> 4)));
    return <i32>(to - dst) + 1;
  }
  if (!isLastPad) return -1 - (position + 3);
  if ((c & 3) != 0) return -1 - (position + 2);
  store<u8>(to, <u8>((a << 2) | (b >> 4)));
  store<u8>(to, <u8>((b << 4) | (c >> 2)), 1);
  return <i32>(to - dst) + 2;
}
