/** The files of a developer's disk, as each client sends them: none is refused, and none is changed. */
import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { reserve } from "../support/stored_files.ts";
import { target } from "../support/target.ts";
import { download, PNG, sha256, upload } from "./uploading.ts";

const encoder = new TextEncoder();

/** Names whose content is text in UTF-8, whatever the platforms' tables of types say of them. */
const TEXTS = `
  main.ts mod.mts index.js app.mjs old.cjs view.jsx view.tsx page.vue page.svelte style.css style.scss style.less
  main.py stub.pyi main.rs main.go main.c main.h main.cpp main.hpp Main.java Main.kt build.gradle.kts main.swift
  main.rb main.php main.pl main.lua main.r main.jl main.ex main.erl main.hs main.clj main.scala main.dart main.zig
  main.cs main.fs main.vb main.m main.sql dump.pgsql schema.graphql api.proto run.sh run.bash run.zsh run.fish
  run.bat run.ps1 package.json tsconfig.jsonc data.jsonl data.ndjson map.geojson notebook.ipynb bundle.js.map
  config.yaml config.yml config.toml config.ini config.cfg nginx.conf app.properties .env.example .gitignore
  .editorconfig Makefile Dockerfile LICENSE README CMakeLists.txt go.mod go.sum Cargo.lock yarn.lock
  README.md notes.mdx guide.rst paper.tex refs.bib page.html page.xhtml feed.rss doc.xml sheet.xsl app.plist
  table.csv table.tsv log.log change.diff change.patch cal.ics card.vcf subs.srt subs.vtt key.pem key.pub
  main.tf vars.tfvars flake.nix query.rq model.puml graph.dot sketch.ino shader.glsl kernel.cu core.asm
  template.hbs page.ejs page.erb page.jinja2 script.user.js types.d.ts core.ml core.elm core.nim
`.trim().split(/\s+/);

interface Sample {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The beginnings of texts that resemble something else, and what must not be changed in one. */
const BEGINNINGS = [
  "#!/usr/bin/env bash\n",
  "\ufeffwith a mark\r\n",
  "<?xml version='1.0'?>\n<root/>\n",
  '{"a": 1.0, "a": 1e400}\n',
  "-----BEGIN CERTIFICATE-----\n",
  "solid state\n",
  "BMI, MZ and ID3\n",
  "trailing spaces  \t\n\n\n",
  "größe 日本 👩‍👩‍👧\n",
  "\x1b[31mred\x1b[0m\n",
];

const wide = (text: string) =>
  new Uint8Array(
    Uint16Array.from(text, (character) => character.charCodeAt(0)).buffer,
  );

const latin1 = (text: string) =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A corpus that no other call has: the same bytes would be the same file. */
function corpus(): Sample[] {
  const mark = () => crypto.randomUUID();
  const binary = (head: string) => latin1(`${head}${mark()}\0\x01\x02\xff\xfe`);
  return [
    ...TEXTS.map((name, index) => ({
      name,
      bytes: encoder.encode(
        `${BEGINNINGS[index % BEGINNINGS.length]}${mark()}\n`,
      ),
    })),
    { name: "export.reg", bytes: wide(`\ufeffWindows Registry ${mark()}`) },
    { name: "latin1.txt", bytes: latin1(`caf\xe9 ${mark()}`) },
    { name: "logo.svg", bytes: encoder.encode(`<!-- ${mark()} --><svg/>`) },
    { name: "dot.png", bytes: new Uint8Array([...PNG, ...latin1(mark())]) },
    { name: "anim.gif", bytes: binary("GIF89a\x01\0\x01\0") },
    { name: "photo.jpg", bytes: binary("\xff\xd8\xff\xe0\0\x10JFIF\0") },
    {
      name: "photo.heic",
      bytes: binary("\0\0\0\x18ftypmif1\0\0\0\0mif1heic"),
    },
    { name: "scan.tiff", bytes: binary("II*\0\xff\xff\xff\x0f") },
    { name: "icon.webp", bytes: binary("RIFF\x24\0\0\0WEBPVP8 ") },
    { name: "paper.pdf", bytes: binary("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n") },
    { name: "mailed.pdf", bytes: binary("\r\n\r\n%PDF-1.4\n%\xe2\xe3\n") },
  ];
}

/** Asserts that a file is there as it was sent: bytes, name, and a type of text, an image or a PDF. */
async function assertKept(
  actor: Actor,
  { name, bytes }: Sample,
  // deno-lint-ignore no-explicit-any -- a result of an answer
  result: any,
): Promise<void> {
  assert.ok(result?.file, `${name}: ${JSON.stringify(result)}`);
  const { file } = result;
  assert.equal(file.original_name, name);
  assert.equal(file.sha256, sha256(bytes), name);
  const down = await download(actor, file.id);
  assert.deepEqual(down.bytes, bytes, name);
  const kind = /\.(svg|png|gif|jpg|heic|tiff|webp)$/.test(name)
    ? /^image\//
    : name.endsWith(".pdf")
    ? /^application\/pdf$/
    : /^text\//;
  assert.match(file.mime_type, kind, name);
}

/** Ten samples at a time, which is what a form may have. */
function tens(samples: Sample[]): Sample[][] {
  return Array.from(
    { length: Math.ceil(samples.length / 10) },
    (_, i) => samples.slice(i * 10, i * 10 + 10),
  );
}

function formOf(samples: Sample[]): FormData {
  const form = new FormData();
  for (const { name, bytes } of samples) {
    // As openAsBlob of Node makes it: without a type.
    form.append("files", new Blob([bytes]), name);
  }
  return form;
}

Deno.test("the corpus is of at least 99 files", () => {
  assert.ok(corpus().length >= 99, String(corpus().length));
});

Deno.test("every file is stored unchanged from curl -F", async () => {
  const actor = await signUp("curl");
  const folder = await Deno.makeTempDir();
  try {
    for (const samples of tens(corpus())) {
      for (const { name, bytes } of samples) {
        await Deno.writeFile(`${folder}/${name}`, bytes);
      }
      const { stdout } = await new Deno.Command("curl", {
        args: [
          "-sS",
          `${target.url}/functions/v1/file-upload`,
          ...Object.entries(actor.headers).flatMap((
            [name, value],
          ) => ["-H", `${name}: ${value}`]),
          ...samples.flatMap(({ name }) => ["-F", `f=@${folder}/${name}`]),
        ],
      }).output();
      const { results } = JSON.parse(new TextDecoder().decode(stdout));
      for (const [index, sample] of samples.entries()) {
        await assertKept(actor, sample, results[index]);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("every file is stored unchanged from a FormData of Blobs without a type", async () => {
  const actor = await signUp("fetch");
  for (const samples of tens(corpus())) {
    const { body } = await request(actor, "file-upload", {
      body: formOf(samples),
    });
    for (const [index, sample] of samples.entries()) {
      await assertKept(actor, sample, body.results?.[index]);
    }
  }
});

Deno.test("every file is stored unchanged as a raw application/octet-stream", async () => {
  const actor = await signUp("raw");
  for (const sample of corpus()) {
    const { body } = await upload(actor, sample.bytes, {
      type: "application/octet-stream",
      headers: { "X-File-Name": encodeURIComponent(sample.name) },
    });
    await assertKept(actor, sample, body);
  }
});

Deno.test("every file is stored unchanged from functions.invoke of supabase-js", async () => {
  const actor = await signUp("invoke");
  for (const samples of tens(corpus())) {
    const { data, error } = await actor.supabase.functions.invoke(
      "file-upload",
      { body: formOf(samples) },
    );
    assert.equal(error, null);
    for (const [index, sample] of samples.entries()) {
      await assertKept(actor, sample, data.results[index]);
    }
  }
});

Deno.test("every file of a reservation completes as uploadToSignedUrl of supabase-js sends it", async () => {
  const actor = await signUp("signed");
  for (const { name, bytes } of corpus().filter((_, i) => i % 7 === 0)) {
    const { body } = await reserve(actor, {
      original_name: name,
      mime_type: "application/octet-stream",
      size_bytes: bytes.length,
    });
    const { bucket } = body.file;
    const { path, token } = body.signed_upload;
    // Without options: text/plain;charset=UTF-8, whatever it is.
    const { error } = await actor.supabase.storage.from(bucket)
      .uploadToSignedUrl(path, token, bytes);
    assert.equal(error, null, name);
    const { status, text } = await request(
      actor,
      `file-upload/${body.file.id}/complete`,
      { method: "POST" },
    );
    assert.equal(status, 200, `${name}: ${text}`);
    assert.deepEqual((await download(actor, body.file.id)).bytes, bytes);
  }
});
