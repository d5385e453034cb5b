// My orders: shows a new status without a reload.
(function () {
  var words = { N: 'New', P: 'Paid', S: 'Shipped', D: 'Delivered', X: 'Cancelled' };
  var note = document.getElementById('push');
  var socket = new WebSocket(location.protocol.replace('http', 'ws') + '//' + location.host + '/ws/orders');
  socket.onopen = function () { note.className = 'live'; };
  socket.onclose = function () { note.className = ''; };
  socket.onmessage = function (message) {
    var push = JSON.parse(message.data);
    var cell = document.querySelector('tr.order[data-order="' + push.orderNo + '"] .status');
    if (cell) {
      cell.textContent = words[push.status] || push.status;
      cell.classList.add('fresh');
    }
    note.textContent = 'Order ' + push.orderNo + ' is now ' + (words[push.status] || push.status) + '.';
  };
})();
