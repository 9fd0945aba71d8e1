// Drag and drop with mouse, pen and finger. A finger holds a job for a moment, so that swiping still scrolls.

import { moment_at, pixels } from "./day";
import { is_movable, length_of } from "./model";
import { snapped } from "./times";

const THRESHOLD = 6; // Pixels that a mouse moves before it drags.
const HOLD = 350; // Milliseconds that a finger rests before it drags.
const EDGE = 48; // Pixels from an edge at which the board scrolls along.
const SCROLL_STEP = 14;
const GHOST_OFFSET = 12; // Pixels between the pointer and the picture of the job.

export class Drag {
	/**
	 * listener: job(name), may_move(), hover(job, target), drop(job, target), end().
	 * target: {technician, start} on a track, {technician, day} in a week's cell, {waiting: true} over the list, or null.
	 */
	constructor(root, listener) {
		this.root = root;
		this.listener = listener;
		root.addEventListener("pointerdown", (event) => this.down(event));
		// Only a listener that is not passive keeps a finger from scrolling while it drags.
		root.addEventListener("touchmove", (event) => this.active && event.preventDefault(), { passive: false });
		root.addEventListener("contextmenu", (event) => this.pressed && event.preventDefault());
		this.on_move = (event) => this.move(event);
		this.on_up = (event) => this.up(event);
		this.on_cancel = () => this.stop();
		this.on_key = (event) => event.key === "Escape" && this.stop();
	}

	down(event) {
		const element = event.target.closest?.(".crm-dispatch-job");
		if (!element || event.button !== 0 || !this.listener.may_move()) return;
		const job = this.listener.job(element.dataset.name);
		if (!job || !is_movable(job)) return;
		this.stop();
		this.pressed = { job, element, x: event.clientX, y: event.clientY, pointer: event.pointerId };
		if (event.pointerType === "touch") this.hold = setTimeout(() => this.start(event), HOLD);
		window.addEventListener("pointermove", this.on_move);
		window.addEventListener("pointerup", this.on_up);
		window.addEventListener("pointercancel", this.on_cancel);
	}

	move(event) {
		if (!this.pressed || event.pointerId !== this.pressed.pointer) return;
		const far = Math.hypot(event.clientX - this.pressed.x, event.clientY - this.pressed.y) > THRESHOLD;
		if (!this.active && far) {
			if (event.pointerType === "touch") return this.stop();
			this.start(event);
		}
		if (this.active) this.follow(event.clientX, event.clientY);
	}

	start(event) {
		const { element, job, x, y } = this.pressed;
		this.active = true;
		const box = element.getBoundingClientRect();
		const track = element.closest(".crm-dispatch-track");
		// A job of the board keeps the place at which it was taken; one of the list is taken at its start.
		const forward = frappe.utils.is_rtl() ? box.right - x : x - box.left;
		this.grip = track ? forward : 0;
		this.ghost = element.cloneNode(true);
		this.ghost.classList.add("crm-dispatch-ghost");
		this.ghost.removeAttribute("tabindex");
		this.ghost.setAttribute("aria-hidden", "true");
		this.ghost.removeAttribute("style");
		document.body.append(this.ghost);
		element.classList.add("crm-dispatch-lifted");
		document.body.classList.add("crm-dispatch-dragging");
		window.addEventListener("keydown", this.on_key, true);
		this.outline = document.createElement("i");
		this.outline.className = "crm-dispatch-outline";
		this.job = job;
		this.follow(event.clientX, event.clientY);
		this.scrolling = setInterval(() => this.scroll(), 30);
	}

	follow(x, y) {
		this.at = { x, y };
		this.ghost.style.translate = `${x + GHOST_OFFSET}px ${y + GHOST_OFFSET}px`;
		const target = this.target_at(x, y);
		this.show_outline(target);
		if (JSON.stringify(target?.key) === JSON.stringify(this.target?.key)) return;
		this.target = target;
		this.listener.hover(this.job, target, { x, y });
	}

	target_at(x, y) {
		const under = document.elementFromPoint(x, y);
		if (!under || !this.root.contains(under)) return null;
		const track = under.closest(".crm-dispatch-track");
		if (track) {
			const start_x = frappe.utils.is_rtl() ? x + this.grip : x - this.grip;
			const start = snapped(moment_at(track, start_x));
			return { technician: track.dataset.technician, start, track, key: [track.dataset.technician, start] };
		}
		const cell = under.closest(".crm-dispatch-cell");
		if (cell) {
			const { technician, day } = cell.dataset;
			return { technician, day, track: cell, key: [technician, day] };
		}
		return under.closest(".crm-dispatch-waiting") ? { waiting: true, key: "waiting" } : null;
	}

	show_outline(target) {
		if (!target?.start) return this.outline.remove();
		const grid = target.track.closest(".crm-dispatch-day");
		const from = pixels(target.track, target.start - Number(grid.dataset.start));
		this.outline.style.insetInlineStart = `${from}px`;
		this.outline.style.inlineSize = `${pixels(target.track, length_of(this.job))}px`;
		target.track.append(this.outline);
	}

	scroll() {
		const scroller = this.root.querySelector(".crm-dispatch-scroll");
		const box = scroller.getBoundingClientRect();
		const { x, y } = this.at;
		if (x < box.left || x > box.right || y < box.top || y > box.bottom) return;
		const step = (near, far) => (near < EDGE ? -SCROLL_STEP : far < EDGE ? SCROLL_STEP : 0);
		const left = step(x - box.left, box.right - x);
		const top = step(y - box.top, box.bottom - y);
		if (!left && !top) return;
		scroller.scrollBy(left, top);
		this.follow(x, y);
	}

	up(event) {
		if (event.pointerId !== this.pressed?.pointer) return;
		const { active, target, job } = this;
		this.stop();
		if (!active) return;
		// The click that follows a drop is not a click on the job.
		const swallow = (click) => click.stopPropagation();
		window.addEventListener("click", swallow, true);
		setTimeout(() => window.removeEventListener("click", swallow, true), 0);
		if (target) this.listener.drop(job, target);
	}

	stop() {
		clearTimeout(this.hold);
		clearInterval(this.scrolling);
		window.removeEventListener("pointermove", this.on_move);
		window.removeEventListener("pointerup", this.on_up);
		window.removeEventListener("pointercancel", this.on_cancel);
		window.removeEventListener("keydown", this.on_key, true);
		this.ghost?.remove();
		this.outline?.remove();
		this.pressed?.element.classList.remove("crm-dispatch-lifted");
		document.body.classList.remove("crm-dispatch-dragging");
		if (this.active) this.listener.end();
		Object.assign(this, { active: false, pressed: null, target: null, ghost: null });
	}
}
