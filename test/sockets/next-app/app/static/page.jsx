import { made } from '../made.js';

export default async function Page() {
  return <p>{await made('static')}</p>;
}
