/** Members of a provider's answer that are not as it documents them, each with the reason. */
export function Unread({ members }: { members: readonly string[] }) {
  if (members.length === 0) return null;
  return (
    <div className="line tone-unknown small">
      Of the provider's answer, this could not be read:
      <ul>
        {members.map((member) => (
          <li key={member}>{member}</li>
        ))}
      </ul>
    </div>
  );
}
