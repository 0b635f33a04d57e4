"""What shows that a change was taken, and that it came to its end.

A postcondition is judged by what one observation itself showed (`ObservedCollection`), never by remembered rows: a
cluster that this observation did not show proves nothing about a change. The table of verbs says which postcondition
belongs to which verb:

    verb                    the end shows in
    CREATE_CLUSTER          the cluster of the provider's answer, in a settled phase (registered, where that is all)
    UPDATE_CLUSTER          what was asked, or what the provider made of it, in a settled phase; a deployment that began
                            since and has settled, where one was started
    STOP_CLUSTER            STOPPED
    DEPLOY_CLUSTER          a deployment that began since, and READY with nothing left to be applied
    DELETE_CLUSTER          a cluster that is marked deleted
    SET_SPEND_LIMIT         the limit, as it was given or as the provider made it
    CLEAR_SPEND_LIMIT       no limit
    UPGRADE_CLUSTER         the version that was asked for, or another of its release or a later one, settled; a
                            deployment since, where the provider has them
    FINALIZE_UPGRADE        no upgrade that waits for its end, and the release that was to be made final
    ROLL_BACK_UPGRADE       an earlier release than the one that was to be left, settled
    LOCK, UNLOCK_CLUSTER    whether it can be deleted
    ALLOW, DISALLOW_NETWORK the cluster's list of networks, once all of it is in force
    CREATE_INTEGRATION      the integration of the provider's answer
    UPDATE_INTEGRATION      what was asked, or what the provider made of it; the answer, where only credentials were
    DELETE_INTEGRATION      its absence from a complete listing
    CORDON, UNCORDON, DRAIN the provider's answer: no provider shows it otherwise

What a provider made of a wish differs from the wish and from what there was before the sending. What is as it was
before shows that nothing was done (`fleet.changing.comparison`).
"""
