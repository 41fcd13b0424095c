import { AxisBottom, AxisLeft } from "@visx/axis";
import { scaleBand, scaleLinear } from "@visx/scale";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { formatNumber, t } from "../../i18n";
import { cx } from "../../ui/cx";
import { formatDate, formatDateInFull } from "./calendar";
import type { DaySum } from "./days";
import { amountOf, amountText, type Measure, priceText } from "./measure";
import { useWidth } from "./useWidth";

const HEIGHT = 220;
const TOP = 10;
const BOTTOM = 26;
const RIGHT = 4;
const LABEL_CHAR = 6.6;
const LABEL_GAP = 12;
const WEEK = 7;

type DayChartProps = { days: readonly DaySum[]; measure: Measure };

/**
 * A bar for each day. To the ear and the keyboard it is one slider over the days, which says what each of them used:
 * ninety stops of the Tab key would be in the way.
 */
export default function DayChart({ days, measure }: DayChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [chosen, setChosen] = useState<number>();
  const last = days.length - 1;
  const at = Math.min(chosen ?? last, last);

  const most = Math.max(1, ...days.map((day) => amountOf(day, measure)));
  const y = scaleLinear({ domain: [0, most], range: [HEIGHT - BOTTOM, TOP], nice: 4 });
  // There is nothing between two micro-dollars, nor between two tokens.
  const ticks = y.ticks(4).filter(Number.isInteger);
  const label = (amount: number) => amountText(amount, measure);
  const left = Math.ceil(Math.max(...ticks.map((tick) => label(tick).length)) * LABEL_CHAR) + LABEL_GAP;
  const x = scaleBand({
    domain: days.map(({ day }) => day),
    range: [left, Math.max(left + 1, width - RIGHT)],
    paddingInner: days.length > 120 ? 0 : 0.25,
  });

  function point(event: PointerEvent<HTMLDivElement>) {
    const { left: edge } = event.currentTarget.getBoundingClientRect();
    const index = Math.floor((event.clientX - edge - left) / x.step());
    setChosen(Math.max(0, Math.min(last, index)));
  }

  function onKeyDown(event: KeyboardEvent) {
    const next = stepTo(event.key, at, last);
    if (next === undefined) return;
    event.preventDefault();
    setChosen(next);
  }

  const shown = days[at];
  return (
    <figure>
      <figcaption
        aria-hidden="true"
        className={cx("min-h-5 text-[13px] tabular-nums", chosen === undefined ? "invisible" : "text-ink")}
      >
        {shown && <Told sum={shown} />}
      </figcaption>
      <div
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label={t("usage.chart", { measure: t(`usage.${measure}`) })}
        aria-valuemin={1}
        aria-valuemax={days.length}
        aria-valuenow={at + 1}
        aria-valuetext={shown && told(shown)}
        onKeyDown={onKeyDown}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && setChosen(at)}
        onBlur={() => setChosen(undefined)}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={(event) => event.pointerType === "mouse" && setChosen(undefined)}
        className="touch-pan-y rounded-sm"
      >
        <svg aria-hidden="true" width={width} height={HEIGHT} className="block max-w-full">
          {ticks.map((tick) => (
            <line key={tick} x1={left} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} className="stroke-line" />
          ))}
          {days.map((sum, index) => {
            const amount = amountOf(sum, measure);
            const top = y(amount);
            return (
              amount > 0 && (
                <rect
                  key={sum.day}
                  x={x(sum.day)}
                  y={Math.min(top, HEIGHT - BOTTOM - 1)}
                  width={x.bandwidth()}
                  height={Math.max(1, HEIGHT - BOTTOM - top)}
                  rx={Math.min(2, x.bandwidth() / 4)}
                  className={cx(
                    "transition-opacity duration-100",
                    "fill-accent forced-colors:fill-[CanvasText]",
                    chosen !== undefined && index !== at && "opacity-45",
                  )}
                />
              )
            );
          })}
          {chosen !== undefined && shown && (
            <rect
              x={x(shown.day)}
              y={HEIGHT - BOTTOM + 1}
              width={x.bandwidth()}
              height={3}
              className="fill-ink"
            />
          )}
          <AxisLeft
            scale={y}
            left={left}
            tickValues={ticks}
            tickFormat={(tick) => label(Number(tick))}
            hideAxisLine
            hideTicks
            tickLength={4}
            tickComponent={({ x, y, formattedValue }) => (
              <text x={x} y={y} dy="0.32em" textAnchor="end" className="fill-ink-2 text-[11px] tabular-nums">
                {formattedValue}
              </text>
            )}
          />
          <AxisBottom
            scale={x}
            top={HEIGHT - BOTTOM}
            tickValues={someOf(days, (width - left) / 90)}
            hideTicks
            axisLineClassName="stroke-edge"
            tickFormat={formatDate}
            tickLength={6}
            tickComponent={({ x: middle, y: under, formattedValue }) => (
              <text
                x={middle}
                y={under}
                dy="0.7em"
                textAnchor={anchorAt(middle, left, width)}
                className="fill-ink-2 text-[11px]"
              >
                {formattedValue}
              </text>
            )}
          />
        </svg>
      </div>
    </figure>
  );
}

function told(sum: DaySum): string {
  return t("usage.at_day", {
    day: formatDateInFull(sum.day),
    price: priceText(sum),
    tokens: sum.total_tokens,
    calls: sum.calls,
  });
}

function Told({ sum }: { sum: DaySum }) {
  return (
    <>
      <strong className="font-medium">{formatDateInFull(sum.day)}</strong>
      <span className="text-ink-2">
        {" · "}
        {priceText(sum)}
        {" · "}
        {t("room.tokens", { count: sum.total_tokens })}
        {" · "}
        {t("usage.calls")} {formatNumber(sum.calls)}
      </span>
    </>
  );
}

function stepTo(key: string, at: number, last: number): number | undefined {
  const steps: Record<string, number> = {
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    PageDown: at - WEEK,
    PageUp: at + WEEK,
    Home: 0,
    End: last,
  };
  const next = steps[key];
  return next === undefined ? undefined : Math.max(0, Math.min(last, next));
}

/** So many of the days, evenly, the first and the last among them. */
function someOf(days: readonly DaySum[], room: number): string[] {
  const count = Math.max(2, Math.min(days.length, Math.floor(room)));
  const places = Array.from({ length: count }, (_, n) => Math.round((n * (days.length - 1)) / (count - 1)));
  return [...new Set(places)].flatMap((place) => days[place]?.day ?? []);
}

/** At the edges a label that stands in the middle of its bar would be cut. */
function anchorAt(middle: number, left: number, width: number): "start" | "middle" | "end" {
  if (width - middle < 24) return "end";
  return middle - left < 24 ? "start" : "middle";
}
