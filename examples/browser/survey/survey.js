// Starts the element and shows what it fires. Nothing leaves the page: sending is up to it.
import { defineSurvey, init } from "./node_modules/heedful/dist/survey.js";

await init();
defineSurvey();

const said = document.querySelector("[role=status]");
// What was answered is kept, so that the survey goes on where it was left.
document.addEventListener("heedful:partial", ({ detail }) => localStorage.setItem("survey", detail.state));
document.addEventListener("heedful:response", ({ detail: { response } }) => {
  localStorage.removeItem("survey");
  said.textContent = `${response.rating} from a ${response.band}`;
});
document.addEventListener("heedful:decline", ({ detail: { response } }) => {
  said.textContent = response.status === "declined" ? "not now" : `${response.rating}, and no more`;
});
