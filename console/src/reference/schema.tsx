/** The shape of a value: its members with their types, those of named shapes on demand. */
import { useState } from "../lib/preact.ts";
import { Inline } from "./inline.tsx";
import { type OpenApi, refName, resolved, type Schema } from "./document.ts";

export function Fields(
  { schema, document }: { schema: Schema; document: OpenApi },
) {
  const members = membersOf(schema, document);
  if (members === null) {
    return (
      <p class="field-line">
        <span class="field-type">{typeOf(schema)}</span>
      </p>
    );
  }
  return (
    <ul class="fields">
      {members.map(({ name, schema, isRequired }) => (
        <FieldItem
          key={name}
          name={name}
          schema={schema}
          isRequired={isRequired}
          document={document}
        />
      ))}
    </ul>
  );
}

function FieldItem(
  { name, schema, isRequired, document }: {
    name: string;
    schema: Schema;
    isRequired: boolean;
    document: OpenApi;
  },
) {
  const [isOpen, setOpen] = useState(false);
  const about = resolved<Schema>(document, schema);
  const inner = innerOf(schema, document);
  const description = schema.description ?? about.description;
  const limits = limitsOf(about);
  return (
    <li>
      <p class="field-line">
        <code class="field-key">{name}</code>
        {inner
          ? (
            <button
              type="button"
              class="link field-type"
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
            >
              {typeOf(schema)}
            </button>
          )
          : <span class="field-type">{typeOf(about)}</span>}
        {isRequired && <span class="badge required">required</span>}
        {limits && <span class="faint">{limits}</span>}
      </p>
      {description && (
        <p class="field-about">
          <Inline text={description} />
        </p>
      )}
      {inner && isOpen && <Fields schema={inner} document={document} />}
    </li>
  );
}

interface Member {
  name: string;
  schema: Schema;
  isRequired: boolean;
}

/** The members of an object, or of the items of a list; null if it has none. */
function membersOf(schema: Schema, document: OpenApi): Member[] | null {
  const own = resolved<Schema>(document, schema);
  if (own.items) return membersOf(own.items, document);
  const all = [own, ...own.allOf ?? []]
    .map((part) => resolved<Schema>(document, part));
  const members = all.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).map(([name, schema]) => ({
      name,
      schema,
      isRequired: required.includes(name),
    }))
  );
  if (members.length > 0) return members;
  const [first] = own.anyOf ?? own.oneOf ?? [];
  return first ? membersOf(first, document) : null;
}

/** What is to be shown when a member is opened; null if it is a plain value. */
function innerOf(schema: Schema, document: OpenApi): Schema | null {
  const own = resolved<Schema>(document, schema);
  const inner = own.items ?? own;
  return membersOf(inner, document) === null ? null : inner;
}

/** Such as `string`, `Message[]`, `"a" | "b"`, `string | null`. */
export function typeOf(schema: Schema): string {
  const name = refName(schema);
  if (name) return name;
  if (schema.enum) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(typeOf))].join(" | ");
  if (schema.allOf) return schema.allOf.map(typeOf).join(" & ");
  const types = [schema.type ?? "any"].flat();
  return types.map((type) =>
    type === "array" && schema.items
      ? `${typeOf(schema.items)}[]`
      : type === "string" && schema.format
      ? schema.format
      : type
  ).join(" | ");
}

function limitsOf(schema: Schema): string {
  const { minimum, maximum, maxLength, maxItems } = schema;
  const limits = [
    minimum !== undefined && maximum !== undefined
      ? `${minimum} to ${maximum}`
      : null,
    maxLength === undefined ? null : `up to ${maxLength} characters`,
    maxItems === undefined ? null : `up to ${maxItems} items`,
    schema.default === undefined
      ? null
      : `default ${JSON.stringify(schema.default)}`,
  ];
  return limits.filter((limit) => limit !== null).join(", ");
}
