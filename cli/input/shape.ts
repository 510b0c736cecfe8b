import type * as z from "zod";
import { UsageError } from "../failure.ts";
import type { Given } from "./assignments.ts";
import { plainValue, type Tree } from "./tree.ts";

/** A value that the contract cannot take; it leads with the field's dotted name. */
class ShapeError extends UsageError {
  constructor(field: readonly string[], message: string) {
    super(`${fieldName(field)}: ${message}`);
  }
}

/** How a field is called to who typed it. */
export const fieldName = (field: readonly string[]): string =>
  field.length === 0 ? "the fields" : field.join(".");

type Shaper = (schema: z.ZodType, tree: Tree, field: readonly string[]) => unknown;
type Kind = z.ZodType["def"]["type"];

/**
 * Gives what was typed the types that the contract wants: `5432` becomes a number where it wants one, one tag a list
 * of one. JSON stands as it is. It only shapes; whether the result holds is for the contract's own parse to say.
 */
export const shape: Shaper = (schema, tree, field) => {
  const only = soleValue(tree);
  if (only !== undefined && "json" in only) return only.json;
  return (shapers[schema.def.type] ?? plain)(schema, tree, field);
};

const plain: Shaper = (_, tree) => plainValue(tree);

const soleValue = (tree: Tree): Given | undefined =>
  "values" in tree && tree.values.length === 1 ? tree.values[0] : undefined;

/** The one text of a field that holds no list and no fields. */
function textOf(tree: Tree, field: readonly string[]): string {
  if ("fields" in tree) throw new ShapeError(field, "is one value and has no fields");
  const [first, second] = tree.values;
  if (first === undefined || second !== undefined) throw new ShapeError(field, "takes one value only");
  return "text" in first ? first.text : JSON.stringify(first.json);
}

const number: Shaper = (_, tree, field) => {
  const text = textOf(tree, field).trim();
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new ShapeError(field, "must be a number");
  if (/^[+-]?\d+$/.test(text) && !Number.isSafeInteger(value)) {
    throw new ShapeError(field, "is too large to be sent exactly");
  }
  return value;
};

const boolean: Shaper = (_, tree, field) => {
  const text = textOf(tree, field);
  if (text !== "true" && text !== "false") throw new ShapeError(field, "must be true or false");
  return text === "true";
};

const literal: Shaper = (schema, tree, field) => {
  const text = textOf(tree, field);
  const { values } = (schema as z.ZodLiteral).def;
  if (values.some((value) => String(value) === text)) return values.find((value) => String(value) === text);
  throw new ShapeError(field, `must be ${values.map(String).join(" or ")}`);
};

const nullable: Shaper = (schema, tree, field) => {
  const inner = innerOf(schema);
  const only = soleValue(tree);
  const isNull = only !== undefined && "text" in only && only.text === "null";
  return isNull && !takesText(inner) ? null : shape(inner, tree, field);
};

/** Whether "null" would be a text like any other. */
function takesText(schema: z.ZodType): boolean {
  const { type } = schema.def;
  if (wrappers.has(type)) return takesText(innerOf(schema));
  return type === "string" || type === "unknown" || type === "any" || type === "union" || type === "pipe";
}

const wrappers: ReadonlySet<Kind> = new Set<Kind>([
  "optional",
  "nonoptional",
  "default",
  "prefault",
  "catch",
  "readonly",
  "nullable",
]);
const innerOf = (schema: z.ZodType): z.ZodType => (schema as z.ZodOptional).def.innerType as z.ZodType;
const inner: Shaper = (schema, tree, field) => shape(innerOf(schema), tree, field);

/** What goes in counts: a coercion or a union in front of a transformation. */
const pipe: Shaper = (schema, tree, field) => {
  const { in: before, out } = (schema as z.ZodPipe).def as unknown as Record<"in" | "out", z.ZodType>;
  return shape(before.def.type === "transform" ? out : before, tree, field);
};

const array: Shaper = (schema, tree, field) => {
  const element = (schema as z.ZodArray).def.element as z.ZodType;
  if ("values" in tree) return tree.values.map((given) => shape(element, { values: [given] }, field));
  const places = [...tree.fields].sort(([a], [b]) => Number(a) - Number(b));
  if (places.some(([name], index) => name !== String(index))) {
    throw new ShapeError(field, "is a list: repeat the field, or number its places from 0");
  }
  return places.map(([name, child]) => shape(element, child, [...field, name]));
};

const objectHint = "has fields: give them as name.field=value, or JSON by name:=";

interface ObjectParts {
  readonly shape: Readonly<Record<string, z.ZodType>>;
  /** `never` where unknown fields are refused. */
  readonly catchall?: z.ZodType;
}

const object: Shaper = (schema, tree, field) => {
  if ("values" in tree) throw new ShapeError(field, objectHint);
  const { shape: known, catchall } = (schema as z.ZodObject).def as unknown as ObjectParts;
  return Object.fromEntries(
    [...tree.fields].map(([name, child]) => {
      const place = [...field, name];
      const one = Object.hasOwn(known, name) ? known[name] : catchall;
      if (one?.def.type === "never") throw unknownField(place, Object.keys(known));
      return [name, one === undefined ? plainValue(child) : shape(one, child, place)];
    }),
  );
};

const unknownField = (field: readonly string[], known: readonly string[]): ShapeError =>
  new ShapeError(field, `is not a known field (${known.join(", ")})`);

const record: Shaper = (schema, tree, field) => {
  if ("values" in tree) throw new ShapeError(field, objectHint);
  const value = (schema as z.ZodRecord).def.valueType as z.ZodType;
  return Object.fromEntries(
    [...tree.fields].map(([name, child]) => [name, shape(value, child, [...field, name])]),
  );
};

/** The options that the discriminator leaves, or all of them. */
function optionsFor(schema: z.ZodUnion, tree: Tree): readonly z.ZodType[] {
  const options = schema.def.options as readonly z.ZodType[];
  const discriminator = (schema.def as { readonly discriminator?: string }).discriminator;
  if (discriminator === undefined || !("fields" in tree)) return options;
  const chosen = tree.fields.get(discriminator);
  const fitting = options.filter((option) => {
    const known = (option as z.ZodObject).def.shape?.[discriminator] as z.ZodType | undefined;
    return chosen !== undefined && known !== undefined && attempt(known, chosen, []).holds;
  });
  return fitting.length > 0 ? fitting : options;
}

/** The first option that holds; else the first that could be shaped; else the first one's objection. */
const union: Shaper = (schema, tree, field) => {
  const attempts = optionsFor(schema as z.ZodUnion, tree).map((option) => attempt(option, tree, field));
  const best =
    attempts.find(({ holds }) => holds) ?? attempts.find(({ error }) => error === undefined) ?? attempts[0];
  if (best?.error !== undefined) throw best.error;
  return best?.value;
};

interface Attempt {
  readonly holds: boolean;
  readonly value?: unknown;
  readonly error?: ShapeError;
}

function attempt(schema: z.ZodType, tree: Tree, field: readonly string[]): Attempt {
  try {
    const value = shape(schema, tree, field);
    return { holds: schema.safeParse(value).success, value };
  } catch (error) {
    if (error instanceof ShapeError) return { holds: false, error };
    throw error;
  }
}

const text: Shaper = (_, tree, field) => textOf(tree, field);

const shapers: Readonly<Partial<Record<Kind, Shaper>>> = {
  string: text,
  enum: text,
  template_literal: text,
  number,
  int: number,
  boolean,
  literal,
  nullable,
  optional: inner,
  nonoptional: inner,
  default: inner,
  prefault: inner,
  catch: inner,
  readonly: inner,
  lazy: (schema, tree, field) => shape((schema as z.ZodLazy).def.getter() as z.ZodType, tree, field),
  pipe,
  array,
  object,
  record,
  union,
};
