/** Patches travel deflated when it pays. */

/** Inflates the bytes of a patch in place. */
export async function inflate(patch: { bytes: Uint8Array; deflated: boolean }): Promise<void> {
  const stream = new Blob([patch.bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'));
  patch.bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  patch.deflated = false;
}
