import { connection } from 'next/server';
import { Suspense } from 'react';
import { made } from '../made.js';

async function Made() {
  await connection();
  return <p>{await made('dynamic')}</p>;
}

export default function Page() {
  return (
    <Suspense>
      <Made />
    </Suspense>
  );
}
