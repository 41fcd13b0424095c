//! People and agents: finding them, and what they may change of themselves.

use sea_orm::sea_query::{Expr, LikeExpr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait,
    ExprTrait as _, FromQueryResult, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QueryResult,
    QuerySelect as _, Select, TryGetError,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::ids::{Timestamp, UserId};
use crate::protocol::{ServerRole, User, UserKind, UserRef};
use crate::store::entity::{retired_username, user};
use crate::store::error::{StoreError, StoreResult};
use crate::store::rows::{Account, NewUser, Taken};
use crate::store::{Store, Tx, meaning, word};

impl Store {
    /// A user's account, whatever became of it.
    pub async fn account(&self, id: UserId) -> StoreResult<Option<Account>> {
        account_by_id(&self.inner.reader, id).await
    }

    /// By username or email, without regard to case.
    pub async fn account_by_login(&self, login: &str) -> StoreResult<Option<Account>> {
        let key = login.to_lowercase();
        let either =
            Condition::any().add(user::Column::UsernameKey.eq(&key)).add(user::Column::Email.eq(&key));
        let found = user::Entity::find().filter(either).one(&self.inner.reader).await?;
        found.map(account_view).transpose()
    }

    /// Living (not deleted, not disabled) people and agents by username, without regard to case.
    pub async fn users_by_names(&self, names: &[String]) -> StoreResult<Vec<User>> {
        let keys = names.iter().map(|name| name.to_lowercase());
        let found = user::Entity::find().filter(living()).filter(user::Column::UsernameKey.is_in(keys));
        found.all(&self.inner.reader).await?.into_iter().map(user_view).collect()
    }

    /// Living people whose username or display name begins with `query`, without regard to case, by username.
    pub async fn search_users(&self, query: &str, limit: u32) -> StoreResult<Vec<User>> {
        let mut pattern = String::with_capacity(query.len() + 1);
        for character in query.to_lowercase().chars() {
            if matches!(character, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        pattern.push('%');
        let begins = |column: user::Column| Expr::col(column).like(LikeExpr::new(&pattern).escape('\\'));
        let found = user::Entity::find()
            .filter(living())
            .filter(user::Column::Kind.eq(word(UserKind::Person)))
            .filter(
                Condition::any().add(begins(user::Column::UsernameKey)).add(begins(user::Column::DisplayKey)),
            )
            .order_by_asc(user::Column::UsernameKey)
            .limit(u64::from(limit));
        found.all(&self.inner.reader).await?.into_iter().map(user_view).collect()
    }

    /// The people's accounts that were not deleted, disabled ones too, by username: the first `limit` of those
    /// after `after`.
    pub async fn accounts(&self, after: Option<&str>, limit: u32) -> StoreResult<Vec<Account>> {
        let mut found = user::Entity::find()
            .filter(user::Column::Kind.eq(word(UserKind::Person)))
            .filter(user::Column::DeletedAt.is_null());
        if let Some(after) = after {
            found = found.filter(user::Column::UsernameKey.gt(after.to_lowercase()));
        }
        let found = found.order_by_asc(user::Column::UsernameKey).limit(u64::from(limit));
        found.all(&self.inner.reader).await?.into_iter().map(account_view).collect()
    }

    /// Whether there is an administrator; a disabled one counts, so that disabling never reopens the setup.
    pub async fn has_admin(&self) -> StoreResult<bool> {
        has_admin(&self.inner.reader).await
    }
}

impl Tx {
    /// Adds a user, unless the name (a retired one too) or the email is taken.
    pub async fn insert_user(&self, new: NewUser) -> StoreResult<Result<User, Taken>> {
        let username_key = new.username.to_lowercase();
        let retired =
            retired_username::Entity::find_by_id(name_hash(&username_key)).one(&self.database).await?;
        if retired.is_some() {
            return Ok(Err(Taken::Username));
        }
        let row = user::Model {
            id: new.id,
            kind: word(new.kind),
            username: new.username,
            username_key: username_key.clone(),
            display_key: new.display_name.to_lowercase(),
            display_name: new.display_name,
            email: new.email.map(|email| email.to_lowercase()),
            password_hash: new.password_hash,
            role: word(new.role),
            created_at: new.created_at,
            disabled_at: None,
            deleted_at: None,
        };
        // Rather than fail: on PostgreSQL an error would end the whole transaction.
        let inserted = user::Entity::insert(row.clone().into_active_model())
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&self.database)
            .await?;
        if inserted == 1 {
            return Ok(Ok(user_view(row)?));
        }
        let same_name = user::Entity::find()
            .filter(user::Column::UsernameKey.eq(username_key))
            .one(&self.database)
            .await?;
        Ok(Err(if same_name.is_some() { Taken::Username } else { Taken::Email }))
    }

    /// Changes what is given. `Taken::Email` may have ended the transaction: only drop it then.
    pub async fn update_profile(
        &self,
        id: UserId,
        display_name: Option<String>,
        email: Option<String>,
    ) -> StoreResult<Result<Account, Taken>> {
        let mut change = user::ActiveModel { id: Set(id), ..Default::default() };
        if let Some(name) = display_name {
            change.display_key = Set(name.to_lowercase());
            change.display_name = Set(name);
        }
        if let Some(email) = email {
            change.email = Set(Some(email.to_lowercase()));
        }
        match user::Entity::update(change).exec(&self.database).await {
            Ok(row) => Ok(Ok(account_view(row)?)),
            // The email is the only unique thing here.
            Err(error) => match error.sql_err() {
                Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => Ok(Err(Taken::Email)),
                _ => Err(StoreError::from(error)),
            },
        }
    }

    /// `hash`: a PHC string.
    pub async fn set_password(&self, id: UserId, hash: String) -> StoreResult<()> {
        self.update_user(id, user::Column::PasswordHash, Expr::value(hash)).await
    }

    /// What the person may do on the whole server.
    pub async fn set_role(&self, id: UserId, role: ServerRole) -> StoreResult<()> {
        self.update_user(id, user::Column::Role, Expr::value(word(role))).await
    }

    /// `None` lets the person in again.
    pub async fn set_disabled(&self, id: UserId, at: Option<Timestamp>) -> StoreResult<()> {
        self.update_user(id, user::Column::DisabledAt, Expr::value(at)).await
    }

    /// Keeps the row: no email, no password, display name and username of nobody in particular; the old
    /// username stays taken, by its hash.
    pub async fn anonymise(&self, id: UserId, at: Timestamp) -> StoreResult<User> {
        let row = user::Entity::find_by_id(id).one(&self.database).await?;
        let row = row.ok_or_else(|| StoreError::Broken(sea_orm::DbErr::RecordNotFound(id.to_string())))?;
        let retired = retired_username::ActiveModel { hash: Set(name_hash(&row.username_key)) };
        retired_username::Entity::insert(retired)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&self.database)
            .await?;
        // Drawn by lot, so that nobody can take the name before the account is deleted.
        let lot = Uuid::new_v4().simple().to_string();
        let username = format!("deleted-{}", &lot[..12]);
        let change = user::ActiveModel {
            id: Set(id),
            username_key: Set(username.clone()),
            username: Set(username),
            display_name: Set("Deleted user".into()),
            display_key: Set("deleted user".into()),
            email: Set(None),
            password_hash: Set(None),
            role: Set(word(ServerRole::Member)),
            deleted_at: Set(Some(at)),
            ..Default::default()
        };
        user_view(user::Entity::update(change).exec(&self.database).await?)
    }

    /// The store's `has_admin`, with a second setup kept waiting until the end of this transaction.
    pub async fn has_admin_locked(&self) -> StoreResult<bool> {
        // There may be no row to lock yet. SQLite has one writer anyway.
        if self.backend() == DbBackend::Postgres {
            self.database.execute_unprepared("SELECT pg_advisory_xact_lock(7207002)").await?;
        }
        has_admin(&self.database).await
    }

    /// The store's `account`, inside the transaction.
    pub async fn account(&self, id: UserId) -> StoreResult<Option<Account>> {
        account_by_id(&self.database, id).await
    }

    async fn update_user(&self, id: UserId, column: user::Column, value: Expr) -> StoreResult<()> {
        user::Entity::update_many()
            .col_expr(column, value)
            .filter(user::Column::Id.eq(id))
            .exec(&self.database)
            .await?;
        Ok(())
    }
}

/// Has a query bring a user whom it joins, to be read as a `UserRef`.
pub(super) fn referring<E: EntityTrait>(query: Select<E>) -> Select<E> {
    query
        .column_as(user::Column::Id, "ref_id")
        .column_as(user::Column::Username, "ref_username")
        .column_as(user::Column::DisplayName, "ref_display_name")
}

/// What `referring` selected; nothing where a left join found nobody.
impl FromQueryResult for UserRef {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self::from_query_result_nullable(row, prefix)?)
    }

    fn from_query_result_nullable(row: &QueryResult, prefix: &str) -> Result<Self, TryGetError> {
        Ok(Self {
            id: row.try_get_nullable(prefix, "ref_id")?,
            username: row.try_get_nullable(prefix, "ref_username")?,
            display_name: row.try_get_nullable(prefix, "ref_display_name")?,
        })
    }
}

/// A user as others see them.
pub(super) fn user_view(row: user::Model) -> StoreResult<User> {
    Ok(User {
        id: row.id,
        kind: meaning(&row.kind)?,
        username: row.username,
        display_name: row.display_name,
        created_at: row.created_at,
    })
}

/// A user with what only the rules may see.
pub(super) fn account_view(mut row: user::Model) -> StoreResult<Account> {
    Ok(Account {
        email: row.email.take(),
        role: meaning(&row.role)?,
        password_hash: row.password_hash.take(),
        disabled_at: row.disabled_at,
        deleted_at: row.deleted_at,
        user: user_view(row)?,
    })
}

async fn account_by_id(database: &impl ConnectionTrait, id: UserId) -> StoreResult<Option<Account>> {
    let found = user::Entity::find_by_id(id).one(database).await?;
    found.map(account_view).transpose()
}

async fn has_admin(database: &impl ConnectionTrait) -> StoreResult<bool> {
    let found = user::Entity::find()
        .filter(user::Column::Role.eq(word(ServerRole::Admin)))
        .filter(user::Column::DeletedAt.is_null())
        .one(database)
        .await?;
    Ok(found.is_some())
}

fn living() -> Condition {
    Condition::all().add(user::Column::DisabledAt.is_null()).add(user::Column::DeletedAt.is_null())
}

fn name_hash(username_key: &str) -> Vec<u8> {
    Sha256::digest(username_key).to_vec()
}
