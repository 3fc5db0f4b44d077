/** A sentence with amounts of money, which never break between sign, currency and digits. */

/** `+¥412.00`, `-12.30 USD`. */
const AMOUNT = /([+\-−]?¥[\d,]+(?:\.\d+)?|[+\-−]?\d[\d,]*(?:\.\d+)? [A-Z]{3}(?![A-Za-z]))/;

export function Amounts({ text }: { text: string }) {
  const parts = text.split(AMOUNT);
  if (parts.length === 1) return <>{text}</>;
  return (
    <>
      {parts.map((part, at) =>
        at % 2 === 1 ? (
          <span key={at} class="amount">
            {part}
          </span>
        ) : (
          part
        ),
      )}
    </>
  );
}
