/**
 * The grammar of JSON (RFC 8259) over bytes, as a table: what follows from a state and a byte is either the next state
 * or something to be done. A document is an object; what lies within strings is checked for UTF-8 elsewhere.
 */

/** Where a document stands between two bytes. Numbers below 64. */
export const states = {
  start: 0,
  mark1: 1,
  mark2: 2,
  begin: 3,
  value: 4,
  itemOrEnd: 5,
  keyOrEnd: 6,
  key: 7,
  colon: 8,
  after: 9,
  inKey: 10,
  inKeyEscape: 11,
  inKeyHex: 12,
  inText: 16,
  inTextEscape: 17,
  inTextHex: 18,
  minus: 24,
  zero: 25,
  whole: 26,
  point: 27,
  fraction: 28,
  exponent: 29,
  exponentSign: 30,
  exponentDigits: 31,
  word: 32,
} as const;

/** What a byte asks for beside a next state. */
export const acts = {
  openObject: 64,
  openList: 65,
  closeObject: 66,
  closeList: 67,
  comma: 68,
  colon: 69,
  keyStart: 70,
  keyEnd: 71,
  refuse: 72,
} as const;
export type Act = (typeof acts)[keyof typeof acts];

/** The least number that is an act. */
export const firstAct = 64;

const table = new Uint8Array(firstAct * 256).fill(acts.refuse);

const code = (character: string): number => character.charCodeAt(0);

function on(state: number, characters: string, to: number): void {
  for (const character of characters) table[(state << 8) | code(character)] = to;
}

const digits = "0123456789";
const hexDigits = `${digits}abcdefABCDEF`;

/** Blanks change nothing where no token is under way. */
for (const state of [
  states.begin,
  states.value,
  states.itemOrEnd,
  states.keyOrEnd,
  states.key,
  states.colon,
  states.after,
]) {
  on(state, " \t\n\r", state);
}

/** A byte order mark may stand at the very beginning: some tools write one. */
on(states.start, " \t\n\r", states.begin);
table[(states.start << 8) | 0xef] = states.mark1;
table[(states.mark1 << 8) | 0xbb] = states.mark2;
table[(states.mark2 << 8) | 0xbf] = states.begin;
for (const state of [states.start, states.begin]) on(state, "{", acts.openObject);

for (const state of [states.value, states.itemOrEnd]) {
  on(state, "{", acts.openObject);
  on(state, "[", acts.openList);
  on(state, '"', states.inText);
  on(state, "-", states.minus);
  on(state, "0", states.zero);
  on(state, "123456789", states.whole);
}
on(states.itemOrEnd, "]", acts.closeList);
on(states.keyOrEnd, "}", acts.closeObject);
for (const state of [states.keyOrEnd, states.key]) on(state, '"', acts.keyStart);
on(states.colon, ":", acts.colon);

/** A string: every byte from a blank on but the two that mean something, escapes, and four hex digits after a `u`. */
function text(inside: number, escape: number, hex: number, end: number): void {
  for (let byte = 0x20; byte < 256; byte += 1) table[(inside << 8) | byte] = inside;
  on(inside, '"', end);
  on(inside, "\\", escape);
  on(escape, '"\\/bfnrt', inside);
  on(escape, "u", hex);
  for (let place = 0; place < 4; place += 1)
    on(hex + place, hexDigits, place === 3 ? inside : hex + place + 1);
}
text(states.inKey, states.inKeyEscape, states.inKeyHex, acts.keyEnd);
text(states.inText, states.inTextEscape, states.inTextHex, states.after);

on(states.minus, "0", states.zero);
on(states.minus, "123456789", states.whole);
on(states.whole, digits, states.whole);
on(states.point, digits, states.fraction);
on(states.fraction, digits, states.fraction);
on(states.exponent, "+-", states.exponentSign);
for (const state of [states.exponent, states.exponentSign, states.exponentDigits]) {
  on(state, digits, states.exponentDigits);
}
for (const state of [states.zero, states.whole]) on(state, ".", states.point);
for (const state of [states.zero, states.whole, states.fraction]) on(state, "eE", states.exponent);

/** What may follow a value also ends a number, which has no end of its own. */
for (const state of [states.after, states.zero, states.whole, states.fraction, states.exponentDigits]) {
  on(state, " \t\n\r", states.after);
  on(state, ",", acts.comma);
  on(state, "}", acts.closeObject);
  on(state, "]", acts.closeList);
}

let place: number = states.word;
for (const word of ["true", "false", "null"]) {
  for (const state of [states.value, states.itemOrEnd]) on(state, word.slice(0, 1), place);
  for (const character of word.slice(1, -1)) {
    on(place, character, place + 1);
    place += 1;
  }
  on(place, word.slice(-1), states.after);
  place += 1;
}

/** By `state << 8 | byte`. */
export const transitions: Readonly<Uint8Array> = table;

/** 1 for each byte that within a string is not simply a part of it. */
export const endsPlainText: Readonly<Uint8Array> = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === code('"') || byte === code("\\") ? 1 : 0,
);
