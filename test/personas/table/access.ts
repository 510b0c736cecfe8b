/** Members, access requests, policies, the audit. */
export const access = `
route                        what it is about      no  dis out ing sub exp own reg APP USR GOV AUD CDS PRJ all
listMembers                  a data source         401 401 404 ok  ok  ok  ok  404 404 404 ok  404 404 404 ok
listMembers                  a findable one        401 401 403 ok  ok  ok  ok  403 403 403 ok  403 403 403 ok
listMembers                  a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
addMember                    a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
addMember                    a findable one        401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
addMember                    a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
addMember                    an ownerless one      401 401 404 404 404 404 404 404 404 ok  403 404 404 404 ok
updateMember                 a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
updateMember                 a findable one        401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
updateMember                 a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
removeMember                 a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
removeMember                 a findable one        401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
removeMember                 a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
getSubscriptionPolicy        a data source         401 401 404 ok  ok  ok  ok  404 404 404 ok  404 404 404 ok
getSubscriptionPolicy        a findable one        401 401 403 ok  ok  ok  ok  403 403 403 ok  403 403 403 ok
getSubscriptionPolicy        a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
setSubscriptionPolicy        a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
setSubscriptionPolicy        a findable one        401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
setSubscriptionPolicy        a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
listSourcePolicies           a data source         401 401 404 ok  ok  ok  ok  404 404 404 ok  404 404 404 ok
listSourcePolicies           a findable one        401 401 403 ok  ok  ok  ok  403 403 403 ok  403 403 403 ok
listSourcePolicies           a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404

createAccessRequest          a data source         401 401 404 409 409 409 409 404 404 404 409 404 404 404 409  member-exists access-not-requestable
createAccessRequest          a findable one        401 401 ok  ok  409 409 409 ok  ok  ok  ok  ok  ok  ok  ok   member-exists
createAccessRequest          a disabled one        401 401 404 404 404 404 409 404 404 404 404 404 404 404 404  member-exists
listAccessRequests           -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
approveAccessRequests        -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
denyAccessRequests           -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
getAccessRequest             out's request         401 401 ok  404 404 404 ok  404 404 404 404 404 404 404 404
getAccessRequest             USR+GOV+AUD's         401 401 404 404 404 404 404 404 404 ok  ok  ok  404 404 ok
approveAccessRequest         out's request         401 401 409 404 404 404 ok  404 404 404 404 404 404 404 404  self-approval
approveAccessRequest         USR+GOV+AUD's         401 401 404 404 404 404 404 404 404 ok  ok  ok  404 404 ok
denyAccessRequest            out's request         401 401 409 404 404 404 ok  404 404 404 404 404 404 404 404  self-approval
denyAccessRequest            USR+GOV+AUD's         401 401 404 404 404 404 404 404 404 ok  ok  ok  404 404 ok
cancelAccessRequest          out's request         401 401 ok  404 404 404 403 404 404 404 404 404 404 404 404
cancelAccessRequest          USR+GOV+AUD's         401 401 404 404 404 404 404 404 404 403 403 403 404 404 403

parsePolicy                  -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
listPolicies                 -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
listPolicies/of it           -                     401 401 404 403 403 403 ok  404 404 404 ok  404 404 404 ok
createPolicy/global          -                     401 401 403 403 403 403 403 403 403 403 ok  403 403 403 ok
createPolicy/local           -                     401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
createPolicy/findable        -                     401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
createPolicy/disabled        -                     401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
getPolicy                    a global one          401 401 404 404 404 404 404 404 404 404 ok  404 404 404 ok
getPolicy                    one that binds        401 401 404 404 404 404 ok  404 404 404 ok  404 404 404 ok
getPolicy                    a staged one          401 401 404 404 404 404 404 404 404 404 ok  404 404 404 ok
getPolicy                    of a data source      401 401 404 404 404 404 ok  404 404 404 ok  404 404 404 ok
getPolicy                    of a disabled ds      401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
updatePolicy                 a global one          401 401 404 404 404 404 404 404 404 404 ok  404 404 404 ok
updatePolicy                 one that binds        401 401 404 404 404 404 403 404 404 404 ok  404 404 404 ok
updatePolicy                 a staged one          401 401 404 404 404 404 404 404 404 404 ok  404 404 404 ok
updatePolicy                 of a data source      401 401 404 404 404 404 ok  404 404 404 403 404 404 404 403
updatePolicy                 of a disabled ds      401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
deletePolicy                 a global one          401 401 404 404 404 404 404 404 404 404 ok  404 404 404 ok
deletePolicy                 one that binds        401 401 404 404 404 404 403 404 404 404 ok  404 404 404 ok
deletePolicy                 a staged one          401 401 404 404 404 404 404 404 404 404 ok  404 404 404 ok
deletePolicy                 of a data source      401 401 404 404 404 404 ok  404 404 404 403 404 404 404 403
deletePolicy                 of a disabled ds      401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404

listAudit/all                -                     401 401 403 403 403 403 403 403 403 403 403 ok  403 403 ok
listAudit/of it              -                     401 401 403 403 403 403 ok  403 403 403 403 ok  403 403 ok
listAudit/findable           -                     401 401 403 403 403 403 ok  403 403 403 403 ok  403 403 ok
listAudit/disabled           -                     401 401 403 403 403 403 ok  403 403 403 403 ok  403 403 ok
listAudit/none               -                     401 401 403 403 403 403 403 403 403 403 403 ok  403 403 ok
listAuditExports             -                     401 401 403 403 403 403 403 403 403 403 403 ok  403 403 ok
`;
