# syntax=docker/dockerfile:1
# The server with its web client built in. It wants DATABASE_URL, REDIS_URL, SECRET_KEY and ALLOWED_HOSTS:
# see .env.example, and compose.yaml for a whole cluster.

FROM node:24-slim AS frontend
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci
COPY schema.graphql /src/
COPY --exclude=node_modules --exclude=dist frontend ./
RUN npm run build

FROM python:3.11-slim
# Logs are written when they happen; compiled modules are of no use in a layer that nobody may write to.
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY manage.py schema.graphql ./
COPY backend backend
COPY chat_schema chat_schema
COPY --from=frontend /src/frontend/dist frontend/dist
RUN python -m servestatic.compress --quiet frontend/dist
# var/ holds what a server keeps in files, and is all that it may write to.
RUN useradd --system chaikhana && install --directory --owner=chaikhana var var/media
USER chaikhana
EXPOSE 8000
CMD ["python", "manage.py", "serve"]
