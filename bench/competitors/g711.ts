import { importPackage } from './packages.ts';

/** A G.711 codec of npm, seen through what is used of it. */
export interface Codec {
  readonly name: string;
  readonly encodeMulaw: (samples: Int16Array) => Uint8Array;
  readonly decodeMulaw: (octets: Uint8Array) => Int16Array;
  readonly encodeAlaw: (samples: Int16Array) => Uint8Array;
  readonly decodeAlaw: (octets: Uint8Array) => Int16Array;
}

interface Law {
  encode(samples: Int16Array): Uint8Array;
  decode(octets: Uint8Array): Int16Array;
}

interface G711Package {
  ulawFromPCM(samples: Int16Array): Uint8Array;
  ulawToPCM(octets: Uint8Array, bits: number): Int16Array;
  alawFromPCM(samples: Int16Array): Uint8Array;
  alawToPCM(octets: Uint8Array, bits: number): Int16Array;
}

/** The installed codecs. */
export async function g711Codecs(): Promise<Codec[]> {
  const codecs: Codec[] = [];
  for (const name of ['alawmulaw', 'x-law']) {
    const laws = await importPackage<{ alaw: Law; mulaw: Law }>(name);
    if (laws === null) continue;
    codecs.push({
      name,
      encodeMulaw: (samples) => laws.mulaw.encode(samples),
      decodeMulaw: (octets) => laws.mulaw.decode(octets),
      encodeAlaw: (samples) => laws.alaw.encode(samples),
      decodeAlaw: (octets) => laws.alaw.decode(octets),
    });
  }
  const g711 = await importPackage<G711Package>('g711');
  if (g711 !== null) {
    codecs.push({
      name: 'g711',
      encodeMulaw: (samples) => g711.ulawFromPCM(samples),
      decodeMulaw: (octets) => g711.ulawToPCM(octets, 16),
      encodeAlaw: (samples) => g711.alawFromPCM(samples),
      decodeAlaw: (octets) => g711.alawToPCM(octets, 16),
    });
  }
  return codecs;
}
