// What a client sends and gets, told on standard output: each answer, and each request with its status.

const [url] = process.argv.slice(2);
const requests = [];

export const endpoint = url;

export async function counted(input, init) {
  const answer = await fetch(input, init);
  const body = init.method === "GET" ? Object.fromEntries(new URL(input).searchParams) : JSON.parse(init.body);
  requests.push({ status: answer.status, hasText: Boolean(body.query), hasId: Boolean(body.extensions ?? body.documentId) });
  return answer;
}

export function tell(answers) {
  console.log(JSON.stringify({ answers, requests }));
}
