import { useEffect, useRef } from 'react';

const HEIGHT = 72;

interface Props {
  peaks: Float32Array | undefined;
  /** 0..1 of the file read. */
  done: number;
  /** 0..1 played. */
  at: number;
  colour: string;
  onSeek(part: number): void;
}

/** One channel as bars; a click seeks. The slider below does the same by keyboard. */
export function Wave({ peaks, done, at, colour, onSeek }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `done` says that the same array grew
  useEffect(() => {
    const element = canvas.current;
    const paint = element?.getContext('2d');
    if (!element || !paint) return;
    const width = element.clientWidth * devicePixelRatio;
    const height = HEIGHT * devicePixelRatio;
    element.width = width;
    element.height = height;
    const style = getComputedStyle(element);
    paint.fillStyle = style.color;
    const count = peaks?.length ?? 0;
    const bar = Math.max(1, width / Math.max(1, count));
    for (let index = 0; index < count; index += 1) {
      const half = Math.max(0.5, ((peaks?.[index] ?? 0) * height) / 2);
      paint.globalAlpha = index / count <= at ? 1 : 0.45;
      paint.fillRect(index * (width / count), height / 2 - half, bar, half * 2);
    }
    paint.globalAlpha = 1;
    paint.fillStyle = style.outlineColor;
    paint.fillRect(at * width, 0, Math.max(1, devicePixelRatio), height);
  }, [peaks, done, at]);
  return (
    // A click seeks; the slider below is the way by keyboard.
    <canvas
      ref={canvas}
      style={{ height: HEIGHT, color: colour, outlineColor: 'var(--text)' }}
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        onSeek((event.clientX - box.left) / box.width);
      }}
    />
  );
}
