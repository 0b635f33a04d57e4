/** What an account can offer, as options of a field. */
import { cloudName, words } from "../model/phase";
import type { Options } from "../parts/fields";
import type { Offers } from "./types";

export const cloudsOf = (offers: Offers): Options =>
  [...new Set(offers.regions.map((region) => region.cloud))].sort().map((cloud) => [cloud, cloudName(cloud)]);

export const regionsOf = (offers: Offers, cloud: string | undefined, isServerless = false): Options =>
  offers.regions
    .filter((region) => region.cloud === cloud && !(isServerless && region.isServerless === false))
    .map((region) => [region.name, region.location ? `${region.name}, ${region.location}` : region.name]);

/** Those that a cluster of this plan can choose. */
export const versionsOf = (offers: Offers, plan: string): Options =>
  offers.versions
    .filter((version) => version.plans == null || version.plans.includes(plan.toUpperCase()))
    .map(({ name, release, supportEndsAt }) => [name, [name, release && words(release), supportEndsAt && `supported until ${supportEndsAt.slice(0, 10)}`].filter(Boolean).join(", ")]);

export const integrationsOf = (offers: Offers, cloud: string | undefined): Options =>
  offers.integrations.filter((one) => one.cloud === cloud).map((one) => [one.id, one.name]);
