const SVG = "http://www.w3.org/2000/svg";

/** Line icons of 20 by 20. */
const paths = {
  menu: "M3 6h14M3 10h14M3 14h9",
  people: "M7.500 9.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.500c0-2.800 2.400-4.600 5.500-4.600s5.500 1.800 5.500 4.600M13.200 4a2.800 2.800 0 0 1 0 5.200M15 12.400c1.900.6 3 2.100 3 4.100",
  send: "M10 16V4M4.500 9.500 10 4l5.500 5.500",
  close: "M5 5l10 10M15 5 5 15",
  leave: "M8 4H4.500v12H8M12 6.500l3.500 3.500L12 13.500M15.500 10H8",
  down: "M10 4v12M5 11l5 5 5-5",
  plus: "M10 4v12M4 10h12",
  retry: "M15.500 6.500A6.500 6.500 0 1 0 16.500 10M16 3v4h-4",
  info: "M10 9v5M10 6.200v.1M10 17.500a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15Z",
  success: "M4.500 10.500l3.800 3.800 7.500-8.300",
  warning: "M10 3.500 17.500 16.500h-15ZM10 8.500v3.500M10 14.300v.1",
  error: "M10 6v5M10 13.800v.1M6.900 2.500h6.200l4.400 4.400v6.200l-4.400 4.400H6.900l-4.400-4.400V6.900Z",
  bell: "M5 8.500a5 5 0 0 1 10 0c0 4.200 1.700 5.500 1.700 5.500H3.300S5 12.700 5 8.500ZM8.500 16.500a1.600 1.600 0 0 0 3 0",
  auto: "M3.500 4.500h13v9h-13ZM7.500 17h5M10 13.500V17",
  light: "M10 13.200a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400ZM10 2v1.800M10 16.200V18M2 10h1.800M16.200 10H18M4.300 4.300l1.300 1.300M14.400 14.400l1.300 1.300M15.700 4.300l-1.300 1.300M5.600 14.400l-1.300 1.300",
  dark: "M16.500 11.800A7 7 0 0 1 8.200 3.500a7 7 0 1 0 8.300 8.300Z",
} as const;

export type IconName = keyof typeof paths;

export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", paths[name]);
  svg.append(shape);
  return svg;
}
