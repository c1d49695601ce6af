/**
 * The bytes of a module from its text: two hexadecimal digits a byte, which a server's gzip packs a fifth smaller than
 * base64. With no platform support: the worklet scope has neither `atob` nor `Buffer`.
 */
export function decodeCoreBytes(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (digit(hex, 2 * i) << 4) | digit(hex, 2 * i + 1);
  return bytes;
}

function digit(hex: string, position: number): number {
  const code = hex.charCodeAt(position);
  return code >= 97 ? code - 87 : code - 48;
}
