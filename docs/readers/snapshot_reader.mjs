/* Reads snapshots of the verified-business registry: the reference reader in JavaScript. One file, no dependency;
 * for Node 20 and newer and for browsers (the signature and SHA-256 need a page from https:// or from localhost).
 *
 *     import { Snapshot } from "./snapshot_reader.mjs";
 *     const snapshot = await Snapshot.open(fetchFile, jwks);   // fetchFile(name) gives a Uint8Array
 *     await snapshot.isListed("+6281234567890");               // true or false
 *
 * The format is described in docs/snapshot.md. Listed does not mean verified: what the registry says of a number stands
 * on its card.
 */

const HEADER = 32, CHECK = 4, LINE = 16;
const ESCAPE = 40, RAW_BITS = 50;
const E164 = /^\+[1-9][0-9]{6,14}$/;

/** What was read is not what was published: fetch it again. No answer may come of it. */
export class Damaged extends Error {
  name = "Damaged";
}

const CRC_TABLE = new Uint32Array(256).map((_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

function crc32(bytes, begin, end, before = 0) {
  let crc = ~before;
  for (let at = begin; at < end; at++) crc = CRC_TABLE[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The sorted numbers of one calling code. A test decodes one block of 512. */
export class NumbersFile {
  constructor(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < HEADER + CHECK || view.getUint32(0) !== 0x5642524e) throw new Damaged("not a file of numbers");
    if (bytes[4] !== 1) throw new Damaged(`version ${bytes[4]} of the format is not known to this reader`);
    this.block = view.getUint16(6);
    this.count = view.getUint32(8);
    const length = view.getUint32(12);
    this.prefix = integer(view, 16);
    this.last = integer(view, 24);
    if (this.block === 0) throw new Damaged("its blocks are empty");
    this.blocks = Math.ceil(this.count / this.block);
    this.begin = HEADER + CHECK + this.blocks * LINE;
    if (bytes.length !== this.begin + length) {
      throw new Damaged(`${bytes.length} bytes, not ${this.begin + length}`);
    }
    if (crc32(bytes, HEADER + CHECK, this.begin, crc32(bytes, 0, HEADER)) !== view.getUint32(HEADER)) {
      throw new Damaged("the checksum of its index is wrong");
    }
    this.bytes = bytes;
    this.view = view;
  }

  /** Whether a number, as an integer without its plus, is in the file. */
  has(number) {
    let low = 0, high = this.blocks;  // the block wanted is the last one whose first number is not greater
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#first(middle) <= number) low = middle + 1;
      else high = middle;
    }
    if (low === 0 || number > this.last) return false;
    return this.#decode(low - 1).includes(number);
  }

  *[Symbol.iterator]() {
    for (let at = 0; at < this.blocks; at++) yield* this.#decode(at);
  }

  #line(at) {
    return HEADER + CHECK + at * LINE;
  }

  #first(at) {
    return (this.view.getUint32(this.#line(at)) & 0xffffff) * 2 ** 32 + this.view.getUint32(this.#line(at) + 4);
  }

  #decode(at) {
    const line = this.#line(at);
    const begin = this.begin + this.view.getUint32(line + 8);
    const end = at + 1 < this.blocks ? this.begin + this.view.getUint32(line + LINE + 8) : this.bytes.length;
    if (crc32(this.bytes, begin, end) !== this.view.getUint32(line + 12)) {
      throw new Damaged(`the checksum of block ${at} is wrong`);
    }
    const parameter = this.bytes[line];
    const found = new Float64Array(Math.min(this.block, this.count - at * this.block));
    const bits = new Bits(this.bytes, begin, end);
    let number = this.#first(at);
    found[0] = number;
    for (let place = 1; place < found.length; place++) {
      const quotient = bits.ones(ESCAPE);
      const gap = quotient === ESCAPE ? bits.read(RAW_BITS) : quotient * 2 ** parameter + bits.read(parameter);
      number += gap + 1;
      found[place] = number;
    }
    return found;
  }
}

/** Bits of some bytes, the upper one of each byte first. Up to 50 make a number: JavaScript counts to 2^53 exactly. */
class Bits {
  constructor(bytes, begin, end) {
    this.bytes = bytes;
    this.begin = begin;
    this.place = 0;  // in bits
    this.end = (end - begin) * 8;
  }

  /** The 32 bits that come next; what lies behind the last byte counts as zeros. */
  #window() {
    const { bytes } = this, at = this.begin + (this.place >>> 3), shift = this.place & 7;
    const word = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    return shift === 0 ? word : (word << shift) | (bytes[at + 4] >>> (8 - shift));
  }

  #pass(count) {
    this.place += count;
    if (this.place > this.end) throw new Damaged("a block ends too early");
  }

  /** How many ones stand here, up to `most`; the zero behind fewer is read too. */
  ones(most) {
    let count = Math.clz32(~this.#window());
    if (count === 32) {
      this.#pass(32);
      const more = Math.min(Math.clz32(~this.#window()), most - 32);
      this.#pass(more + (32 + more < most ? 1 : 0));
      return 32 + more;
    }
    this.#pass(count + 1);
    return count;
  }

  read(count) {
    if (count > 32) {
      const upper = this.read(32);
      return upper * 2 ** (count - 32) + this.read(count - 32);
    }
    const value = count === 0 ? 0 : this.#window() >>> (32 - count);
    this.#pass(count);
    return value;
  }
}

/** The files of one snapshot. `fetchFile(name)` gives (a promise of) the bytes of one of them, as a Uint8Array. */
export class Snapshot {
  #files = new Map();

  /** With `jwks`, the signature of the manifest is checked; without, only the SHA-256 of each file. */
  static async open(fetchFile, jwks = null) {
    const name = jwks === null ? "manifest.json" : "manifest.jws";
    const text = new TextDecoder().decode(await fetchFile(name));
    return new Snapshot(fetchFile, jwks === null ? JSON.parse(text) : await signed(text, jwks));
  }

  constructor(fetchFile, manifest) {
    if (manifest.schema !== 1 || manifest.kind !== "snapshot") {
      throw new Damaged("not the manifest of a snapshot, or of another version");
    }
    this.fetchFile = fetchFile;
    this.manifest = manifest;
    this.numbers = new Map(manifest.files.filter((file) => file.kind === "numbers").map((file) => [file.prefix, file]));
  }

  async isListed(number) {
    if (!E164.test(number)) throw new RangeError("a number is +, a digit from 1 to 9, and 6 to 14 more digits");
    for (const length of [1, 2, 3]) {
      const prefix = number.slice(1, 1 + length);
      if (this.numbers.has(prefix)) return (await this.file(prefix)).has(Number(number.slice(1)));
    }
    return false;
  }

  /** The numbers of one calling code; fetched when they are asked for first. */
  async file(prefix) {
    if (!this.#files.has(prefix)) {
      const described = this.numbers.get(prefix);
      const file = new NumbersFile(await this.#read(described));
      if (file.prefix !== Number(prefix) || file.count !== described.count) {
        throw new Damaged(`${described.name} is not the file that the manifest describes`);
      }
      this.#files.set(prefix, file);
    }
    return this.#files.get(prefix);
  }

  /** Every card, or those of one calling code, in the order of their numbers. */
  async *cards(prefix = null) {
    for (const file of this.manifest.files) {
      if (file.kind !== "cards" || (prefix !== null && file.prefix !== prefix)) continue;
      const unpacked = new Blob([await this.#read(file)]).stream().pipeThrough(new DecompressionStream("gzip"));
      const lines = (await new Response(unpacked).text()).split("\n");
      for (const line of lines) if (line !== "") yield JSON.parse(line);
    }
  }

  async #read(file) {
    const bytes = await this.fetchFile(file.name);
    if (bytes.length !== file.bytes || hex(await crypto.subtle.digest("SHA-256", bytes)) !== file.sha256) {
      throw new Damaged(`${file.name} is not the file that was signed`);
    }
    return bytes;
  }
}

/** The manifest that a compact JWS carries (RFC 7515), signed with ES256 by a key of the set. */
export async function signed(jws, jwks) {
  const [header, payload, signature, ...more] = jws.trim().split(".");
  if (signature === undefined || more.length > 0) throw new Damaged("not a compact JWS");
  const { alg, crit, kid, typ } = JSON.parse(new TextDecoder().decode(base64url(header)));
  const jwk = jwks.keys.find((key) => key.kid === kid && key.kty === "EC" && key.crv === "P-256");
  if (typ !== "vbr-manifest+jws") throw new Damaged("signed, but no manifest");
  if (alg !== "ES256" || crit !== undefined || jwk === undefined) throw new Damaged("signed by no key of the set");
  const { kty, crv, x, y } = jwk;
  const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, ecdsa, false, ["verify"]);
  const covered = new TextEncoder().encode(`${header}.${payload}`);
  if (!(await crypto.subtle.verify(ecdsa, key, base64url(signature), covered))) {
    throw new Damaged("the signature of the manifest is wrong");
  }
  return JSON.parse(new TextDecoder().decode(base64url(payload)));
}

function base64url(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Eight bytes as an integer: exact, for no number reaches 10^15. */
function integer(view, at) {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}
