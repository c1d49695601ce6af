// The bytes of a module as text: a character for each of the commonest bytes of our modules, a sign and a character for the
// others. It is a twentieth longer than the bytes, and gzip packs it as small as it packs them; two hexadecimal digits a byte
// pack a tenth larger, and base64, whose characters lie across the bytes, a third.

/** The commonest bytes, in hexadecimal. */
const COMMON_BYTES =
  '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1f202122282a2b2d303638393f40414243444648494a' +
  '4e6061636465696a6b6c6d6e6f7071727374757c7d7e7f8085a0a2a3c0e0e4e6f0fcfdff';

/** Printable characters that no quotation mark escapes and no HTML ends at. The first two are the signs. */
const SYMBOLS = ' !#%&()*+,-./0123456789:;=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~';

/** A symbol stands for one of as many bytes, and for another after either sign. */
const BYTES_A_SIGN = SYMBOLS.length - 2;

/** Every byte once: those of a symbol alone, those after the first sign, those after the second. */
function bytesInOrder(): number[] {
  const order = Array.from({ length: BYTES_A_SIGN }, (_, i) => parseInt(COMMON_BYTES.slice(2 * i, 2 * i + 2), 16));
  for (let byte = 0; byte < 256; byte++) if (!order.includes(byte)) order.push(byte);
  return order;
}

/** The text of `bytes`, as the build writes it. */
export function encodeCoreBytes(bytes: Uint8Array): string {
  const order = bytesInOrder();
  const textOf = Array.from({ length: 256 }, (_, byte) => {
    const place = order.indexOf(byte);
    const sign = Math.floor(place / BYTES_A_SIGN);
    return (sign > 0 ? SYMBOLS.charAt(sign - 1) : '') + SYMBOLS.charAt(2 + (place % BYTES_A_SIGN));
  });
  return Array.from(bytes, (byte) => textOf[byte]).join('');
}

/** The bytes of a text. With no platform support: the worklet scope has neither `atob` nor `Buffer`. */
export function decodeCoreBytes(text: string): Uint8Array<ArrayBuffer> {
  const order = bytesInOrder();
  const symbolOf = new Uint8Array(128);
  for (let symbol = 0; symbol < SYMBOLS.length; symbol++) symbolOf[SYMBOLS.charCodeAt(symbol)] = symbol;
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let signed = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = symbolOf[text.charCodeAt(i)] ?? 0;
    if (symbol < 2) {
      signed = (symbol + 1) * BYTES_A_SIGN;
    } else {
      bytes[length++] = order[signed + symbol - 2] ?? 0;
      signed = 0;
    }
  }
  return bytes.subarray(0, length);
}
