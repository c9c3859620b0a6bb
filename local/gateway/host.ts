/** Which names the gateway answers to: those of this machine, against DNS rebinding. */

const LOOPBACK = /^(([\w-]+\.)*localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** `host` may have a port. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * Null if the request names this machine. A web page can point a name of its own at 127.0.0.1, and
 * would be of the gateway's origin then; the Host header still has that name.
 */
export function refuseForeignHost(request: Request): Response | null {
  const { host } = new URL(request.url);
  const named = request.headers.get("Host") ?? host;
  if (isLoopbackHost(host) && isLoopbackHost(named)) return null;
  return Response.json({
    message:
      "The local stack answers to localhost, 127.0.0.1 and [::1] only, not to other host names.",
  }, { status: 403 });
}
