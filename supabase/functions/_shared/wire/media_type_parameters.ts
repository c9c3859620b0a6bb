/**
 * The parameters of a media type, each after a semicolon (RFC 9110, section 5.6.6). A comma is allowed only within
 * quotes, since browsers would read a second type after it.
 */

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";

const PARAMETERS = new RegExp(
  `^(?: *;(?: *${TOKEN}=(?:${TOKEN}|"(?:[ !#-\\[\\]-~]|\\\\[ -~])*"))?)*$`,
);

/** Whether `text`, such as `;charset=utf-8`, may follow a type in a header. */
export function areParameters(text: string): boolean {
  return PARAMETERS.test(text);
}
