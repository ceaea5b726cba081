export { usdToNano } from "../engine/units/money.js";
