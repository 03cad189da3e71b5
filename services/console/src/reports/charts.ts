/** The parts of ECharts that the reports draw with; in a chunk of its own, which only they load. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use as draw } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

draw([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

export const startChart = (element: HTMLElement) => init(element, null, { renderer: 'svg' });
