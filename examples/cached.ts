// A method that remembers, for each object separately.
//
// Compile it with TypeScript: `npx tsc --module nodenext --target es2022 examples/cached.ts`.

import { cached, memoizedOf } from 'wasm-lru/memoize';

class Users {
  readonly table: string;

  constructor(table: string) {
    this.table = table;
  }

  @cached({ max: 100, key: (name: string) => name.toLowerCase() })
  async find(name: string): Promise<string> {
    console.log(`find ${name} in ${this.table}`);
    return `${this.table}/${name}`;
  }
}

const staff = new Users('staff');
const guests = new Users('guests');
console.log(await staff.find('Ada'), await staff.find('ADA'));
console.log(await guests.find('Ada'));

memoizedOf(staff, staff.find).clear();
await staff.find('Ada');
console.log(memoizedOf(guests, guests.find).cache.size);
