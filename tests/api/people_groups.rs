//! Groups of people that carry roles.

use crate::support::TestServer;
use access::{role, unit};
use reqwest::StatusCode;
use serde_json::json;

/// CIMP-ADM-02: members may do what the group carries, from the next request on and for as long as they belong to it.
#[tokio::test(flavor = "multi_thread")]
async fn members_may_do_what_their_group_carries_while_they_belong_to_it() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let anna = server.person("anna", role::WALLBOARD, unit::ROOT).await;
    let device = server.session_of(anna).await;
    device.get("/api/v1/units").await.expect_problem(403, "forbidden").await;
    let carried = json!([{ "role_id": role::SUPERVISOR, "unit_id": unit::ROOT }]);
    let body = json!({ "name": "Shift leaders", "roles": carried, "members": [anna] });

    let made = administrator.post("/api/v1/people-groups", &body).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/people-groups/{}", made["people_group_id"].as_str().unwrap());

    device.get("/api/v1/units").await.expect(StatusCode::OK).await;
    let listed = administrator.get("/api/v1/people-groups").await.expect(StatusCode::OK).await;
    assert_eq!(listed["items"], json!([made]));
    let supervisor = format!("/api/v1/roles/{}", role::SUPERVISOR);
    administrator.delete(&supervisor).await.expect_problem(409, "in-use").await;
    administrator.post("/api/v1/people-groups", &body).await.expect_problem(409, "already-exists").await;
    let nobody = json!({ "name": "Shift leaders", "roles": carried, "members": [] });
    administrator.put(&path, 7, &nobody).await.expect_problem(412, "changed-meanwhile").await;
    let changed = administrator.put(&path, 1, &nobody).await.expect(StatusCode::OK).await;
    assert_eq!((&changed["members"], &changed["version"]), (&json!([]), &json!(2)));
    device.get("/api/v1/units").await.expect_problem(403, "forbidden").await;

    administrator.delete(&path).await.expect(StatusCode::NO_CONTENT).await;
    administrator.get(&path).await.expect_problem(404, "not-found").await;
    let unknown = json!({ "name": "x", "roles": [], "members": ["01900000-0000-7000-8000-00000000dead"] });
    let refused =
        administrator.post("/api/v1/people-groups", &unknown).await.expect_problem(422, "invalid").await;
    assert_eq!(refused["errors"][0]["pointer"], "/members");
}

/// SEC-02: nobody gets more by way of a group than they have.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_raises_themselves_by_way_of_a_group() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let body = json!({ "name": "Keeper", "operations": ["people_group.read", "people_group.write", "session.self"] });
    let keeper = administrator.post("/api/v1/roles", &body).await.expect(StatusCode::CREATED).await;
    let anna = server.person("anna", keeper["role_id"].as_str().unwrap().parse().unwrap(), unit::ROOT).await;
    let device = server.session_of(anna).await;
    let group = |role| json!({ "name": "g", "roles": [{ "role_id": role, "unit_id": unit::ROOT }], "members": [anna] });

    device
        .post("/api/v1/people-groups", &group(role::ADMINISTRATOR))
        .await
        .expect_problem(403, "forbidden")
        .await;
    let made = administrator
        .post("/api/v1/people-groups", &group(role::ADMINISTRATOR))
        .await
        .expect(StatusCode::CREATED)
        .await;
    administrator
        .put(
            &format!("/api/v1/people-groups/{}", made["people_group_id"].as_str().unwrap()),
            1,
            &json!({
                "name": "g", "roles": made["roles"], "members": []
            }),
        )
        .await
        .expect(StatusCode::OK)
        .await;
    device
        .put(
            &format!("/api/v1/people-groups/{}", made["people_group_id"].as_str().unwrap()),
            2,
            &group(role::ADMINISTRATOR),
        )
        .await
        .expect_problem(403, "forbidden")
        .await;
}
