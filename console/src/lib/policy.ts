/** Says what to do if the page's own policy keeps it from a project. */
import { complain } from "./notices.ts";

export function watchPolicy(): void {
  addEventListener("securitypolicyviolation", (event) => {
    if (event.effectiveDirective !== "connect-src") return;
    const origin = URL.parse(event.blockedURI)?.origin ?? event.blockedURI;
    complain(
      new Error(
        `This page may not talk to ${origin}. Build the console for that project, or add it to the ` +
          "Content-Security-Policy that the page is served with.",
      ),
    );
  });
}
