/**
 * The types that browsers declare, by system. Linux: read from Chromium 156 and Firefox 153 on Debian 12. macOS and
 * Windows: the browsers' built-in lists (net/base/mime_util.cc of Chromium, nsExternalHelperAppService.cpp of
 * Firefox) with the system's own types: uniform type identifiers, and the registry with Office, Visual Studio and
 * Python installed. An extension that is not listed has no type.
 */

/** One type a line, followed by its extensions. */
function table(...lists: string[]): Map<string, string> {
  const types = new Map<string, string>();
  for (const line of lists.join("\n").split("\n")) {
    const [type = "", ...extensions] = line.trim().split(/\s+/);
    for (const extension of extensions) {
      // Of lists that know an extension the first decides.
      if (!types.has(extension)) types.set(extension, type);
    }
  }
  return types;
}

const CHROMIUM_FIRST = `
  text/javascript js mjs
  text/css css
  text/csv csv
  text/html html
  text/xml xml
  application/xhtml+xml xhtml
  image/avif avif
  image/gif gif
  image/jpeg jpg
  image/png png
  image/svg+xml svg
  image/webp webp`;

const CHROMIUM_LAST = `
  application/json json
  application/pdf pdf
  application/rss+xml rss
  application/rtf rtf
  text/calendar ics
  text/plain txt
  text/x-sh sh
  text/xml xsl
  image/tiff tiff
  image/x-icon ico`;

const FIREFOX_FIRST = `
  text/css css
  text/html html
  text/xml xml
  application/xhtml+xml xhtml
  application/pdf pdf
  image/avif avif
  image/gif gif
  image/jpeg jpg
  image/png png
  image/svg+xml svg
  image/webp webp`;

const FIREFOX_LAST = `
  text/javascript js mjs
  application/json json
  application/rtf rtf
  text/calendar ics
  text/csv csv
  text/plain txt
  text/vtt vtt
  image/tiff tiff
  image/x-icon ico`;

/** The shared MIME database of freedesktop.org. */
const SHARED_MIME_INFO = `
  application/geo+json geojson
  application/msword-template dot
  application/sql sql
  application/toml toml
  application/vnd.ms-publisher pub
  application/x-genesis-32x-rom mdx
  application/x-ipynb+json ipynb
  application/x-perl pl
  application/x-php php
  application/x-ruby rb
  application/x-shellscript sh
  application/x-subrip srt
  application/x-tgif obj
  application/x-virtual-boy-rom vb
  application/x-x509-ca-cert pem
  application/x-yaml yaml yml
  application/xslt+xml xsl
  audio/x-mod mod
  audio/x-mpegurl m3u
  image/heif heic
  image/vnd.microsoft.icon ico
  text/markdown md
  text/rust rs
  text/tab-separated-values tsv
  text/vcard vcf
  text/vnd.trolltech.linguist ts
  text/vtt vtt
  text/x-bibtex bib
  text/x-c++hdr hpp
  text/x-c++src cpp
  text/x-chdr h
  text/x-csharp cs
  text/x-csrc c
  text/x-dart dart
  text/x-elixir ex
  text/x-erlang erl
  text/x-go go
  text/x-haskell hs
  text/x-java java
  text/x-kotlin kt
  text/x-log log
  text/x-lua lua
  text/x-ms-regedit reg
  text/x-objcsrc m
  text/x-ocaml ml
  text/x-patch diff patch
  text/x-python py
  text/x-python3 pyi
  text/x-rst rst
  text/x-scala scala
  text/x-scss scss
  text/x-tex tex
  video/mp2t mts`;

/** /etc/mime.types, which Firefox reads. */
const ETC_MIME_TYPES = `
  application/cu-seeme cu
  application/geo+json geojson
  application/pem-certificate-chain pem
  application/rls-services+xml rs
  application/sparql-query rq
  application/sql sql
  application/vnd.dart dart
  application/vnd.exstream-package pub
  application/vnd.wolfram.mathematica.package m
  application/x-javascript js mjs
  application/x-msdos-program bat
  application/x-rss+xml rss
  application/x-ruby rb
  application/x-sh sh
  application/xml-dtd mod
  application/xslt+xml xsl
  audio/mpegurl m3u
  image/heic heic
  model/obj obj
  model/vnd.mts mts
  text/markdown md
  text/plain properties srt
  text/prs.fallenstein.rst rst
  text/tab-separated-values tsv
  text/vcard vcf
  text/vnd.graphviz dot
  text/vnd.trolltech.linguist ts
  text/x-bibtex bib
  text/x-c++hdr hpp
  text/x-c++src cpp
  text/x-chdr h
  text/x-csrc c
  text/x-diff diff patch
  text/x-haskell hs
  text/x-java java
  text/x-perl pl
  text/x-python py
  text/x-scala scala
  text/x-tex tex
  video/vnd.nokia.interleaved-multimedia nim`;

const UNIFORM_TYPES = `
  application/x-yaml yaml yml
  image/heic heic
  text/markdown md
  text/php php
  text/rtf rtf
  text/tab-separated-values tsv
  text/vcard vcf
  text/x-perl-script pl
  text/x-python-script py
  text/x-ruby-script rb
  video/mp2t ts mts
  audio/x-mpegurl m3u`;

const REGISTRY = `
  application/msword dot rtf
  application/vnd.ms-excel csv
  application/vnd.ms-publisher pub
  audio/x-mpegurl m3u
  text/plain bat c cpp cs fs h hpp log py reg sql vb
  text/x-vcard vcf
  video/mpeg mod
  video/vnd.dlna.mpeg-tts mts ts`;

export type Browser = "Chromium" | "Firefox" | "Safari";

/** The types of each browser on each system that it runs on. */
export const declaredTypes: [
  browser: Browser,
  system: string,
  types: Map<string, string>,
][] = [
  [
    "Chromium",
    "Linux",
    table(CHROMIUM_FIRST, SHARED_MIME_INFO, CHROMIUM_LAST),
  ],
  ["Chromium", "macOS", table(CHROMIUM_FIRST, UNIFORM_TYPES, CHROMIUM_LAST)],
  ["Chromium", "Windows", table(CHROMIUM_FIRST, REGISTRY, CHROMIUM_LAST)],
  ["Firefox", "Linux", table(FIREFOX_FIRST, ETC_MIME_TYPES, FIREFOX_LAST)],
  ["Firefox", "macOS", table(FIREFOX_FIRST, UNIFORM_TYPES, FIREFOX_LAST)],
  ["Firefox", "Windows", table(FIREFOX_FIRST, REGISTRY, FIREFOX_LAST)],
  ["Safari", "macOS", table(UNIFORM_TYPES, CHROMIUM_FIRST, CHROMIUM_LAST)],
];

/** The type of a name; empty if the browser knows none. */
export function typeOf(types: Map<string, string>, name: string): string {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return types.get(extension) ?? "";
}
