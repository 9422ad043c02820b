/** Stands in for what Yjs and lib0's coders take of lib0's strings: every browser of the supported floor has these. */
export const utf8TextEncoder: TextEncoder = new TextEncoder();
export const utf8TextDecoder: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const encodeUtf8 = (text: string): Uint8Array => utf8TextEncoder.encode(text);
export const decodeUtf8 = (bytes: Uint8Array): string => utf8TextDecoder.decode(bytes);
export const repeat = (text: string, times: number): string => text.repeat(times);
