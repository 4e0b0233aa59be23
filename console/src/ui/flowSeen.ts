/** Whether somebody has looked at a flow in this browser: the first step of the loop, which the server cannot know. */
const kept = 'muster.flow_seen';

export const isFlowSeen = () => localStorage.getItem(kept) === '1';
export const markFlowSeen = () => localStorage.setItem(kept, '1');
