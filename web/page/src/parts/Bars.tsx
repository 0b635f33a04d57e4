/** Counts over time as bars. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

const HEIGHT = 92;
const WHOLE_STEPS = [1, 10, 100, 1000, 10_000].flatMap((step) => [step, 2 * step, 5 * step]);

function colour(of: Element, name: string): string {
  return getComputedStyle(of).getPropertyValue(name).trim();
}

/** The hour within two days, else the day. */
const axisText = (at: number, span: number): string => new Date(at * 1000).toISOString().slice(...(span <= 172_800 ? [11, 16] : [5, 10]));

/** `starts` are the beginnings of the bars, in seconds. */
export function Bars({ label, starts, counts }: { label: string; starts: number[]; counts: number[] }) {
  const place = useRef<HTMLDivElement>(null);
  const key = JSON.stringify([starts, counts]);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const [x, y] = JSON.parse(key) as [number[], number[]];
    const muted = () => colour(element, "--muted");
    const line = () => colour(element, "--line");
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        padding: [6, 14, 0, 0],
        scales: {
          x: { time: true, range: [x[0] ?? 0, (x.at(-1) ?? 0) + (x[1] ?? 0) - (x[0] ?? 0)] },
          y: { range: (_, __, most) => [0, Math.max(4, most)] },
        },
        axes: [
          { stroke: muted, grid: { show: false }, ticks: { show: false }, size: 20, font: "10px Inter Variable, sans-serif", values: (_, at) => at.map((one) => axisText(one, (x.at(-1) ?? 0) - (x[0] ?? 0))) },
          { stroke: muted, grid: { stroke: line, width: 1 }, ticks: { show: false }, size: 26, font: "10px Inter Variable, sans-serif", space: 24, incrs: WHOLE_STEPS },
        ],
        series: [
          {},
          {
            fill: () => colour(element, "--accent"),
            width: 0,
            points: { show: false },
            ...(uPlot.paths.bars && { paths: uPlot.paths.bars({ size: [0.7, 24], align: 1 }) }),
          },
        ],
      },
      [x, y],
      element,
    );
    const sizes = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      plot.destroy();
    };
  }, [key]);
  return <div ref={place} className="bars" role="img" aria-label={label} />;
}
