/** Tags and threads. */
export const talk = `
route                        what it is about      no  dis out ing sub exp own reg APP USR GOV AUD CDS PRJ all
addTags                      a data source         401 401 404 403 403 ok  ok  404 404 404 403 404 404 404 403
addTags                      a findable one        401 401 403 403 403 ok  ok  403 403 403 403 403 403 403 403
addTags                      a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
removeTag                    a data source         401 401 404 403 403 ok  ok  404 404 404 403 404 404 404 403
removeTag                    a findable one        401 401 403 403 403 ok  ok  403 403 403 403 403 403 403 403
removeTag                    a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
listTags                     -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
createTag                    -                     401 401 403 403 403 403 403 403 403 403 ok  403 403 403 ok
updateTag                    a tag                 401 401 403 403 403 403 403 403 403 403 ok  403 403 403 ok
deleteTag                    a tag                 401 401 403 403 403 403 403 403 403 403 ok  403 403 403 ok
deleteTag                    a tag in use          401 401 403 403 403 403 403 403 403 403 409 403 403 403 409  tag-in-use

listThreads                  a data source         401 401 404 403 ok  ok  ok  404 404 404 403 404 404 404 403
listThreads                  a findable one        401 401 403 403 ok  ok  ok  403 403 403 403 403 403 403 403
listThreads                  a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
createThread                 a data source         401 401 404 403 ok  ok  ok  404 404 404 403 404 404 404 403
createThread                 a findable one        401 401 403 403 ok  ok  ok  403 403 403 403 403 403 403 403
createThread                 a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
getThread                    a thread              401 401 404 403 ok  ok  ok  404 404 404 403 404 404 404 403
getThread                    of a findable one     401 401 403 403 ok  ok  ok  403 403 403 403 403 403 403 403
getThread                    of a disabled one     401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
createReply                  a thread              401 401 404 403 ok  ok  ok  404 404 404 403 404 404 404 403
createReply                  of a findable one     401 401 403 403 ok  ok  ok  403 403 403 403 403 403 403 403
createReply                  of a disabled one     401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
updateThread/resolve         a thread              401 401 404 403 403 ok  ok  404 404 404 403 404 404 404 403
updateThread/resolve         of a findable one     401 401 403 403 403 ok  ok  403 403 403 403 403 403 403 403
updateThread/resolve         of a disabled one     401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
updateThread/resolve         sub's thread          401 401 404 403 ok  ok  ok  404 404 404 403 404 404 404 403
updateThread/text            a thread              401 401 404 403 403 403 403 404 404 404 403 404 404 404 403
updateThread/text            of a findable one     401 401 403 403 403 403 403 403 403 403 403 403 403 403 403
updateThread/text            of a disabled one     401 401 404 404 404 404 403 404 404 404 404 404 404 404 404
updateThread/text            sub's thread          401 401 404 403 ok  403 403 404 404 404 403 404 404 404 403
deleteThread                 a thread              401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
deleteThread                 of a findable one     401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
deleteThread                 of a disabled one     401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
deleteThread                 sub's thread          401 401 404 403 ok  403 ok  404 404 404 403 404 404 404 403
updateReply                  a thread              401 401 404 403 403 403 403 404 404 404 403 404 404 404 403
updateReply                  of a findable one     401 401 403 403 403 403 403 403 403 403 403 403 403 403 403
updateReply                  of a disabled one     401 401 404 404 404 404 403 404 404 404 404 404 404 404 404
updateReply                  sub's thread          401 401 404 403 ok  403 403 404 404 404 403 404 404 404 403
deleteReply                  a thread              401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
deleteReply                  of a findable one     401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
deleteReply                  of a disabled one     401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
deleteReply                  sub's thread          401 401 404 403 ok  403 ok  404 404 404 403 404 404 404 403
`;
