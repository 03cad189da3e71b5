const width = 100;
const height = 24;

/** The course of the last hours; where there is no value there is no line. */
export function Sparkline({ points, label }: { points: readonly (number | null)[]; label: string }) {
  const known = points.filter((point) => point !== null);
  if (known.length < 2) return null;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (index: number) => (index / (points.length - 1)) * width;
  const y = (value: number) => height - 2 - ((value - low) / (high - low || 1)) * (height - 4);
  let pen = 'M';
  const path = points.flatMap((point, index) => {
    if (point === null) {
      pen = 'M';
      return [];
    }
    const step = `${pen}${x(index).toFixed(1)} ${y(point).toFixed(1)}`;
    pen = 'L';
    return [step];
  });
  return (
    <svg
      className="wall-trend"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      data-testid="trend"
    >
      <path d={path.join(' ')} />
    </svg>
  );
}
