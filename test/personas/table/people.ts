/** Settings, users, keys, groups, principals, identity providers, signing in. */
export const people = `
route                        what it is about      no  dis out ing sub exp own reg APP USR GOV AUD CDS PRJ all
getHealth                    -                     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
getOpenapi                   -                     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
getMe                        -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
getSettings                  -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
updateSettings/policy        -                     401 401 403 403 403 403 403 403 ok  403 403 403 403 403 ok
updateSettings/tag           -                     401 401 403 403 403 403 403 403 ok  ok  403 403 403 403 ok

listUsers                    -                     401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
createUser                   -                     401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
getUser                      somebody              401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
getUser                      oneself               401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
getUser                      none                  401 401 403 403 403 403 403 403 403 404 403 403 403 403 404
updateUser/name              somebody              401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
updateUser/name              oneself               401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
updateUser/permissions       somebody              401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
updateUser/permissions       oneself               401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  self-change
updateUser/username          somebody              401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
updateUser/username          oneself               401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  self-change
updateUser/disabled          somebody              401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
deleteUser                   somebody              401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
deleteUser                   an owner              401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  last-owner
deleteUser                   oneself               401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
setUserAttribute             somebody              401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
setUserAttribute             oneself               401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  self-change
removeUserAttribute          somebody              401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
removeUserAttribute          oneself               401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  self-change
inviteUser                   a guest               401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
inviteUser                   somebody              401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  already-joined
acceptInvitation             -                     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok

listMyKeys                   -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
createMyKey                  -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
deleteMyKey                  oneself               401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
deleteMyKey                  somebody              401 401 404 404 404 404 404 404 404 404 404 404 404 404 404
listUserKeys                 oneself               401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
listUserKeys                 somebody              401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
listUserKeys                 a service user        401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
createUserKey                oneself               401 401 403 403 403 403 403 403 403 403 403 403 403 403 403
createUserKey                somebody              401 401 403 403 403 403 403 403 403 403 403 403 403 403 403
createUserKey                a service user        401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
deleteUserKey                oneself               401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
deleteUserKey                somebody              401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
deleteUserKey                a service user        401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok

listGroups                   -                     401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
createGroup                  -                     401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
getGroup                     a group               401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
getGroup                     one's own group       401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
updateGroup                  a group               401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
updateGroup                  one's own group       401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  self-change
deleteGroup                  a group               401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
deleteGroup                  one's own group       401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  self-change
listGroupMembers             a group               401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
addGroupMember               one's own group       401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
addGroupMember               oneself into it       401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  self-change
removeGroupMember            a group               401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
removeGroupMember            oneself out of it     401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  self-change
setGroupAttribute            a group               401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
setGroupAttribute            one's own group       401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  self-change
removeGroupAttribute         a group               401 401 403 403 403 403 403 403 403 ok  403 403 403 403 ok
removeGroupAttribute         one's own group       401 401 403 403 403 403 403 403 403 409 403 403 403 403 409  self-change

listPrincipals               -                     401 401 403 403 403 403 ok  ok  ok  ok  ok  403 ok  403 ok
listPrincipals/of it         -                    401 401 404 ok  ok  ok  ok  404 404 404 403 404 404 404 403

createIdentityProvider       -                     401 401 403 403 403 403 403 403 ok  403 403 403 403 403 ok
listIdentityProviders        -                     401 401 403 403 403 403 403 403 ok  403 403 403 403 403 ok
getIdentityProvider          a provider            401 401 403 403 403 403 403 403 ok  403 403 403 403 403 ok
updateIdentityProvider       a provider            401 401 403 403 403 403 403 403 ok  403 403 403 403 403 ok
deleteIdentityProvider       a provider            401 401 403 403 403 403 403 403 ok  403 403 403 403 403 ok
syncIdentityProvider         a provider            401 401 403 403 403 403 403 403 ok  403 403 403 403 403 ok

listSignInProviders          -                     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
beginSignIn                  one to sign in by     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
beginSignIn                  a provider            404 404 404 404 404 404 404 404 404 404 404 404 404 404 404
finishSignIn                 one to sign in by     401 401 401 401 401 401 401 401 401 401 401 401 401 401 401
signOut                      -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
`;
