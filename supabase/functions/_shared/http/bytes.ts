/**
 * Bytes that can be a body. Named by what makes them, since the TypeScript of Deno 2.1 knows no
 * `Uint8Array<ArrayBuffer>`, and that of later versions does not take a plain `Uint8Array` as a body.
 */
export type Bytes = ReturnType<TextEncoder["encode"]>;
