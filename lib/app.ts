import { checkedApp } from "#lib/checked-app.ts";

checkedApp().app.synth();
