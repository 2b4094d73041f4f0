// Hashes as better-auth and Lucia make them. Prints JSON lines.
// Usage, in a folder where both are installed: node make_node.mjs FOLDER_OF_PASSWORDS
import { readFileSync } from "node:fs";
import { hashPassword, verifyPassword } from "better-auth/crypto";
import { LegacyScrypt, Scrypt } from "lucia";

const passwords = JSON.parse(readFileSync(`${process.argv[2]}/passwords.json`, "utf8"));
const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;
const say = (by, password, hash) => console.log(JSON.stringify({ by, password, hash, weak: false }));

for (const [name, text] of Object.entries(passwords)) {
	if (name.startsWith("octets_") && name !== "octets_300") continue;
	const hash = await hashPassword(text);
	if (!(await verifyPassword({ hash, password: text }))) throw new Error(name);
	say(`better-auth ${version("better-auth")}`, name, hash);
	if (["plain", "compatibility"].includes(name)) {
		say(`lucia ${version("lucia")}`, name, await new Scrypt().hash(text));
		say(`lucia ${version("lucia")}, of version 1 and 2`, name, await new LegacyScrypt().hash(text));
	}
}
