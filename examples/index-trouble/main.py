from flask import Flask, jsonify

from services import work_order_service

app = Flask(__name__)


@app.get("/board")
def board():
    return jsonify(work_order_service.board())


@app.get("/bikes")
def bikes():
    return jsonify([bike.frame_number for bike in work_order_service.all_bikes()])
